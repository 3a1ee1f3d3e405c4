"""Where cores meet the world: the event loop, the processes, the launcher. It decides nothing."""

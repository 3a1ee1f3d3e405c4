"""The command line: one small module per verb, and the place where the rooms are put together."""

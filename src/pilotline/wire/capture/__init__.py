"""What a network recorder wrote down: capture files, their frames, the TCP connections of those. No I/O."""

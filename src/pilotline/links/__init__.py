"""Translation between the station and the protocols it speaks; and the two composites, board and host."""

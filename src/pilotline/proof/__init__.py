"""What shows that the safety module keeps its word.

Invariants, in words and in code; an explorer that looks for the shortest story that breaks one; a monitor
that judges a live module. Nothing the station needs to charge is here: no core and no driver knows this room.
"""

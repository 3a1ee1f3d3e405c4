"""EXI as the car's standards use it: schema-informed, bit-packed, not strict, nothing preserved.

The messages are structs whose fields bear what the schemas say (:mod:`.kinds`); :mod:`.schema` reads that,
:mod:`.grammar` makes event codes of it, :mod:`.interpreter` reads and writes them one by one. That is the
slow way, kept as the oracle of the quick one, which :mod:`.generator` writes ahead of time.
"""

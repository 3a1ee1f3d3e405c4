"""What keeps a station whole beside charging: firmware, uploads, certificates, the way into the backend.

Pure cores, as the rest of the station. What they want done takes long (a download, a signature, an upload):
it leaves as a :class:`~pilotline.station.upkeep.events.Work` and comes back as a ``Worked``.
"""

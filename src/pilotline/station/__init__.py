"""The application core: what the station decides, without I/O, protocol or clock.

It says permits, records and questions as values; :mod:`pilotline.links` carries them to board and backend.
"""

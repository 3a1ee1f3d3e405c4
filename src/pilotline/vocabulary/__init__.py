"""The words all rooms share: frozen types and tables, the standard library only.

Units are integers and stand in the name: ``_ma`` milliampere, ``_mv`` millivolt, ``_mc`` millidegree
Celsius, ``_w`` watt, ``_wh`` watt-hour, ``_ohm``. Times are integer microseconds since boot
(see :mod:`pilotline.vocabulary.time`); a wall-clock time is another kind of value.
"""

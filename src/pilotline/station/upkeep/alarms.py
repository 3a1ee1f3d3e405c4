"""Security events: each in the station's own log, the critical ones told to the backend too (A04).

The types are :class:`pilotline.vocabulary.alarms.AlarmKind`. What a log or a notice says
never holds a secret: callers put no value of a key in ``info``.
"""

from pilotline.station.upkeep.core import Surroundings
from pilotline.vocabulary.alarms import AlarmKind
from pilotline.vocabulary.journal import Alarm, KeepSecurityEvent, Record
from pilotline.vocabulary.time import Stamp
from pilotline.vocabulary.upkeep import Notice

LONGEST_INFO = 255
"""SecurityEventNotification's techInfo."""


def alarm(
    around: Surroundings, kind: AlarmKind, info: str, stamp: Stamp, *, tell: bool = False
) -> list[KeepSecurityEvent | Record]:
    """What is to be done about it; ``tell``: the backend hears of it though it is not critical."""
    info = info[:LONGEST_INFO]
    effects: list[KeepSecurityEvent | Record] = [KeepSecurityEvent(Alarm(kind.value, info, stamp))]
    if kind.critical or tell:
        effects.append(around.notify(Notice.SECURITY, kind.value, stamp, info=info))
    return effects

"""Commissioning: how the safety settings reach the RTM, and who may change them (R-49).

The keys are the wish, the RTM's echo is the truth. What differs is commissioned when no car is plugged in and
the relay is open, and again until the echo says so; after every introduction all of it, for the RTM may have
forgotten.
"""

from collections.abc import Mapping, Sequence

from pilotline.station.keys import KeyStore
from pilotline.vocabulary.board import Commission, Commissioned, ConnectorReport, Setting
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.time import SECOND, earliest

AGAIN = SECOND
"""A command without an echo is repeated after this."""
REFUSED_AGAIN = 10 * SECOND
"""...and one that was refused after this: a car may have come between, or a contact may still be closed."""
_AC_ALONE = 2
"""``c_RCDProtectionType`` 2: direct current is watched by the installation (E-10)."""


def settings_of(keys: KeyStore, model: ChargerModel) -> Mapping[Setting, int]:
    """The settings the keys ask for, as far as the model has them."""
    ac_alone = model.rtm.residual.external_dc_detection_allowed and keys.number("c_RCDProtectionType")
    settings = {
        Setting.VENTILATED_ENABLED: int(keys.flag("c_ChargingVentilatedEnabled")),
        Setting.RCD_TYPE: int(ac_alone),
        Setting.VOLTAGE_OFFSET: keys.number("c_VoltageProtectionOffset"),
    }
    if model.outlet.lock:
        settings[Setting.LOCK_ENABLED] = int(keys.flag("c_LockerDisengage"))  # TRUE: it is used
    return settings


def may_set(key: str, value: KeyValue, model: ChargerModel, *, beside: bool) -> bool:
    """Whether a setting may get this value: to give up DC protection needs the model's leave, and somebody
    ``beside`` the station who has seen the installation's own; a backend alone is not enough."""
    if key != "c_RCDProtectionType" or value != _AC_ALONE:
        return True
    return beside and model.rtm.residual.external_dc_detection_allowed


class Commissioner:
    """``update`` returns the commands due; ``hear`` takes the echoes, ``introduced`` forgets them."""

    def __init__(self) -> None:
        self.in_force: dict[Setting, int] = {}
        """What the RTM has said is in force."""
        self._again_at: dict[Setting, int] = {}
        self._waits = False

    def introduced(self) -> None:
        self.in_force.clear()
        self._again_at.clear()

    def hear(self, echo: Commissioned, now: int) -> None:
        self.in_force[echo.setting] = echo.value
        if not echo.taken:
            self._again_at[echo.setting] = now + REFUSED_AGAIN

    def update(
        self, wanted: Mapping[Setting, int], report: ConnectorReport | None, now: int
    ) -> Sequence[Commission]:
        differing = {setting: v for setting, v in wanted.items() if self.in_force.get(setting) != v}
        self._waits = bool(differing) and report is not None and _is_idle(report)
        due = [setting for setting in differing if self._waits and now >= self._again_at.get(setting, now)]
        self._again_at = {setting: at for setting, at in self._again_at.items() if setting in differing}
        for setting in due:
            self._again_at[setting] = now + AGAIN
        return [Commission(setting, differing[setting]) for setting in due]

    def deadline(self, now: int) -> int | None:
        return earliest(*(at for at in self._again_at.values() if at > now)) if self._waits else None


def _is_idle(report: ConnectorReport) -> bool:
    return report.pilot is PilotState.A and not report.relay and not any(report.contacts)

"""Commissioning: how the safety settings reach the RTM, and who may change them (R-49).

The keys are the wish, the RTM's echo is the truth. What differs is commissioned when no car is plugged in and
the relay is open, and again until the echo says so; after every introduction all of it, for the RTM may have
forgotten.
"""

from collections.abc import Mapping, Sequence

from pilotline.station.keys import BY_NAME, KeyStore
from pilotline.vocabulary.board import Commission, Commissioned, ConnectorReport, Setting
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.refusals import NO_DIGITAL, WATCHES_DC, Refusal
from pilotline.vocabulary.roles import Deed
from pilotline.vocabulary.time import SECOND, earliest

AGAIN = SECOND
"""A command without an echo is repeated after this."""
REFUSED_AGAIN = 10 * SECOND
"""...and one that was refused after this: a car may have come between, or a contact may still be closed."""
_AC_ALONE = 2
"""``c_RCDProtectionType`` 2: direct current is watched by the installation (E-10)."""

SETTING_OF = {
    "c_ChargingVentilatedEnabled": Setting.VENTILATED_ENABLED,
    "c_LockerDisengage": Setting.LOCK_ENABLED,
    "c_RCDProtectionType": Setting.RCD_TYPE,
    "c_VoltageProtectionOffset": Setting.VOLTAGE_OFFSET,
}
"""The keys that are safety settings."""


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


def deed_of(key: str, value: KeyValue, model: ChargerModel) -> Deed:
    """What it is to give this key this value: the table of roles says who may."""
    if key == "c_RCDProtectionType" and value == _AC_ALONE:
        return Deed.GIVE_UP_DC
    if key == "c_LockerDisengage" and value is False and model.outlet.lock:
        return Deed.UNLOCK_SOCKET
    if key in SETTING_OF:
        return Deed.SET_SAFETY
    return Deed.SET_EVERYDAY if BY_NAME[key.lower()].everyday else Deed.SET_KEY


def forbidden(key: str, value: KeyValue, model: ChargerModel) -> Refusal | None:
    """Why nobody may give this key this value here, as a sentence (R-49)."""
    allowed = model.rtm.residual.external_dc_detection_allowed
    if key == "c_RCDProtectionType" and value == _AC_ALONE and not allowed:
        return WATCHES_DC.of()
    if key == "c_Iso15118" and value and model.rtm.digital is None:
        return NO_DIGITAL.of()
    return None


class Commissioner:
    """``update`` returns the commands due; ``hear`` takes the echoes, ``introduced`` forgets them."""

    def __init__(self) -> None:
        self.in_force: dict[Setting, int] = {}
        """What the RTM has said is in force."""
        self.asked: dict[Setting, int] = {}
        """What it was told last."""
        self._again_at: dict[Setting, int] = {}
        self._waits = False
        self._measure = False

    def measure_offset(self) -> None:
        """Have the offset of the leakage monitor measured, once (E-26)."""
        self._measure = True

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
        self._waits = bool(differing) and report is not None and is_idle(report)
        due = [setting for setting in differing if self._waits and now >= self._again_at.get(setting, now)]
        self._again_at = {setting: at for setting, at in self._again_at.items() if setting in differing}
        for setting in due:
            self._again_at[setting] = now + AGAIN
            self.asked[setting] = differing[setting]
        offset = [Commission(Setting.RCD_OFFSET, 0)] if self._measure else []
        self._measure = False
        return [*(Commission(setting, differing[setting]) for setting in due), *offset]

    def deadline(self, now: int) -> int | None:
        return earliest(*(at for at in self._again_at.values() if at > now)) if self._waits else None


def is_idle(report: ConnectorReport) -> bool:
    """Whether the safety module would take a setting now: no car, and the relay open and seen open."""
    return report.pilot is PilotState.A and not report.relay and not any(report.contacts)

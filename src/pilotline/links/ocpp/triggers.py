"""What the backend triggers: TriggerMessage (OCPP 1.6 §5.17) and the whitepaper's ExtendedTriggerMessage.

Firmware statuses tell the two apart: the first asks how an update of OCPP's own stands, the second how a
signed one does. SignChargePointCertificate is a wish of its own, answered by upkeep, and no matter of here.
"""

from collections import deque
from collections.abc import Sequence

from pilotline.links.ocpp.events import LinkEffect, Purpose, Registration
from pilotline.station.events import TellMeter, TellStatus
from pilotline.station.upkeep.events import TellNotice
from pilotline.vocabulary.charger import OcppIdentity
from pilotline.vocabulary.upkeep import Notice
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.v16_upkeep import ExtendedTriggerMessage, ExtendedTriggerMessageAnswer
from pilotline.wire.ocpp.words import ExtendedTrigger, MessageTrigger, TriggerStatus

MOST_TRIGGERED = 16
"""What the backend may have triggered and not yet heard: more is refused, not remembered without end."""
_REGISTERED = (Registration.PENDING, Registration.ACCEPTED)
SIGN = ExtendedTrigger.SIGN_CHARGE_POINT_CERTIFICATE
Trigger = v16.TriggerMessage | ExtendedTriggerMessage
_FIRMWARE = "UpdateFirmware"


class Triggers:
    """``take`` a trigger; ``waiting`` are the messages to send, ``wanted`` the connectors whose status is.

    A request to sign that was triggered is heard while Pending too.
    """

    def __init__(self, identity: OcppIdentity, connectors: int, boot: v16.BootNotification) -> None:
        self._identity = identity
        self._connectors = connectors
        self._boot = boot
        self.waiting: deque[tuple[v16.Request, object]] = deque()
        self.wanted: set[int] = set()
        self._wants_signature = False

    def clear(self) -> None:
        self.waiting.clear()
        self.wanted.clear()
        self._wants_signature = False

    def is_for_upkeep(self, wish: Trigger, registration: Registration) -> bool:
        """Whether it asks for a request to sign, at a time when triggers are heard."""
        sign = wish.requested_message is SIGN and registration in _REGISTERED
        self._wants_signature = self._wants_signature or sign
        return sign

    def takes_signature(self) -> bool:
        """Whether the request that comes now is the one that was triggered."""
        wanted, self._wants_signature = self._wants_signature, False
        return wanted

    def take(
        self, wish: Trigger, registration: Registration, *, busy: bool
    ) -> tuple[TriggerStatus, Sequence[LinkEffect]]:
        """Whether it comes, and what has to be asked for it. ``busy``: too much waits for the line already.

        OCPP 1.6 §4.2: while Pending and Accepted; and no more than will be heard some time.
        """
        number = wish.connector_id or 0
        if registration not in _REGISTERED or busy or len(self.waiting) >= MOST_TRIGGERED:
            return TriggerStatus.REJECTED, ()
        if not 0 <= number <= self._connectors:
            return TriggerStatus.REJECTED, ()
        notice = self._notice(wish)
        if notice is not None:
            lacks = notice is Notice.FIRMWARE and self._identity.lacking(_FIRMWARE) is not None
            return (TriggerStatus.NOT_IMPLEMENTED, ()) if lacks else (ACCEPTED, [TellNotice(notice)])
        return ACCEPTED, self._ask(wish.requested_message.value, number, registration)

    def answer(self, wish: Trigger, status: TriggerStatus) -> v16.Answer:
        if isinstance(wish, v16.TriggerMessage):
            return v16.TriggerMessageAnswer(status)
        return ExtendedTriggerMessageAnswer(status)

    def _ask(self, message: str, number: int, registration: Registration) -> Sequence[LinkEffect]:
        """The messages both triggers know."""
        match message:
            case "BootNotification":
                self.waiting.append((self._boot, Purpose.BOOT))
            case "Heartbeat":
                self.waiting.append((v16.Heartbeat(), Purpose.HEARTBEAT))
            case "StatusNotification":
                if registration is Registration.PENDING:  # only one that was asked for goes out then
                    self.wanted |= {number} if number else set(range(1, self._connectors + 1))
                return [TellStatus(number)]
            case _:
                each = [number] if number else range(1, self._connectors + 1)
                return [TellMeter(connector) for connector in each]  # §5.17: none named is all
        return ()

    @staticmethod
    def _notice(wish: Trigger) -> Notice | None:
        return _NOTICES.get(wish.requested_message)


ACCEPTED = TriggerStatus.ACCEPTED
_NOTICES: dict[MessageTrigger | ExtendedTrigger, Notice] = {
    MessageTrigger.FIRMWARE_STATUS_NOTIFICATION: Notice.FIRMWARE,
    MessageTrigger.DIAGNOSTICS_STATUS_NOTIFICATION: Notice.DIAGNOSTICS,
    ExtendedTrigger.FIRMWARE_STATUS_NOTIFICATION: Notice.SIGNED_FIRMWARE,
    ExtendedTrigger.LOG_STATUS_NOTIFICATION: Notice.LOG,
}

"""What goes wrong in OCPP 1.6J, in OCPP's own words. It decides nothing and sends nothing."""

from enum import Enum


class CallErrorCode(Enum):
    """OCPP-J 1.6 §4.2.3. The spellings are those of the standard, "Occurence" and "Formation" included
    (errata sheet §5: known, and not to be mended)."""

    NOT_IMPLEMENTED = "NotImplemented"  # OCPP knows no such action
    NOT_SUPPORTED = "NotSupported"  # OCPP knows it, we do not serve it
    INTERNAL_ERROR = "InternalError"
    PROTOCOL_ERROR = "ProtocolError"
    SECURITY_ERROR = "SecurityError"
    FORMATION_VIOLATION = "FormationViolation"
    PROPERTY_CONSTRAINT_VIOLATION = "PropertyConstraintViolation"
    OCCURENCE_CONSTRAINT_VIOLATION = "OccurenceConstraintViolation"
    TYPE_CONSTRAINT_VIOLATION = "TypeConstraintViolation"
    GENERIC_ERROR = "GenericError"


class MessageError(Exception):
    """A message that OCPP 1.6 does not allow: ``code`` is how it is refused, ``description`` says why."""

    def __init__(self, code: CallErrorCode, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


class TimeFormatError(ValueError):
    """A text that is no RFC 3339 time with a zone, or a time that cannot be written as one."""

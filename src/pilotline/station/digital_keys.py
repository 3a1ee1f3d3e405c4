"""The rows of the key table about cars that talk (ISO 15118)."""

from pilotline.station.kinds import BOOLEAN, Group, Key, integer

DIGITAL_KEYS = (
    Key(
        "c_Iso15118",
        BOOLEAN,
        "A car that is plugged in is first asked to talk, and charged by what it says (ISO 15118-2).",
        False,
        group=Group.CHARGING,
    ),
    Key(
        "c_Iso15118Wait",
        integer(20, 50),
        "Seconds a car has to begin to talk before it is charged by the duty cycle alone.",
        40,  # ISO 15118-3: TT_EVSE_SLAC_init
        group=Group.CHARGING,
        unit="s",
    ),
    Key(
        "c_Iso15118Authorisation",
        integer(30, 3_600),
        "Seconds a car that talks may ask whether it may charge.",
        300,
        group=Group.CHARGING,
        unit="s",
    ),
)

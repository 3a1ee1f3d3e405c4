"""The names of the HomePlug messages by which car and charger find each other (ISO 15118-3 Annex A)."""

NAMES = {
    0x6008: "CM_SET_KEY.REQ",
    0x6009: "CM_SET_KEY.CNF",
    0x6064: "CM_SLAC_PARM.REQ",
    0x6065: "CM_SLAC_PARM.CNF",
    0x606A: "CM_START_ATTEN_CHAR.IND",
    0x606E: "CM_ATTEN_CHAR.IND",
    0x606F: "CM_ATTEN_CHAR.RSP",
    0x6076: "CM_MNBC_SOUND.IND",
    0x6078: "CM_VALIDATE.REQ",
    0x6079: "CM_VALIDATE.CNF",
    0x607C: "CM_SLAC_MATCH.REQ",
    0x607D: "CM_SLAC_MATCH.CNF",
    0x6086: "CM_ATTEN_PROFILE.IND",
}
"""By management message type. The modems' own ones, from A000 on, are their makers'."""

PARAMETERS_ASKED = 0x6064
SOUND = 0x6076
ATTENUATION_TOLD = 0x606E
MATCHED = 0x607D


def name_of(number: int) -> str:
    """The standard's name, else the number."""
    return NAMES.get(number, f"MME {number:04X}")

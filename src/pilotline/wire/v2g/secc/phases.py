"""Where a conversation stands: what the charger waits for next."""

from enum import Enum


class Phase(Enum):
    """Named after what comes next. The sentence says it to people."""

    CHOICE = "choice"
    SETUP = "setup"
    DISCOVERY = "discovery"
    SELECTION = "selection"
    AUTHORISATION = "authorisation"
    PARAMETERS = "parameters"
    CABLE_CHECK = "cable check"
    PRE_CHARGE = "pre-charge"
    PRE_CHARGED = "pre-charged"
    START = "start"
    CHARGE = "charge"
    RECEIPT = "receipt"
    NEW_PARAMETERS = "new parameters"
    RESTART = "restart"
    WELDING = "welding"
    STOPPED = "stopped"
    ENDED = "ended"

    @property
    def sentence(self) -> str:
        """What is going on, for people."""
        return _SENTENCES[self]


_SENTENCES = {
    Phase.CHOICE: "The car has not said yet which protocols it speaks.",
    Phase.SETUP: "A protocol is chosen; the car has not opened its session yet.",
    Phase.DISCOVERY: "The session is open; the car will ask what is on offer.",
    Phase.SELECTION: "The car chooses what it wants, and how it is paid for.",
    Phase.AUTHORISATION: "The car waits until somebody lets it charge.",
    Phase.PARAMETERS: "Car and charger compare what they can do.",
    Phase.CABLE_CHECK: "The insulation of the cable is tested.",
    Phase.PRE_CHARGE: "The output is brought to the voltage of the battery.",
    Phase.PRE_CHARGED: "The output follows the battery; the car will close its contactors.",
    Phase.START: "All is agreed; the car will ask for power.",
    Phase.CHARGE: "The car charges.",
    Phase.RECEIPT: "The car charges, and is to confirm the meter reading.",
    Phase.NEW_PARAMETERS: "Car and charger negotiate anew.",
    Phase.RESTART: "It is negotiated anew; the car will go on.",
    Phase.WELDING: "The car has stopped, and looks whether its contactors have opened.",
    Phase.STOPPED: "The car has stopped, and will end the session.",
    Phase.ENDED: "The conversation is over.",
}

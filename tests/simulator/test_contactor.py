"""The relay's contacts: their delay, and what can hold them."""

from pilotline.simulator.actions import Pole, StickContact, WeldContact
from pilotline.simulator.contactor import Contactor, ContactorConfig
from pilotline.vocabulary.board import CONTACTS_CLOSED, CONTACTS_OPEN, Contacts
from pilotline.vocabulary.time import MS


def closed_contactor() -> Contactor:
    contactor = Contactor(ContactorConfig())
    contactor.command(True, 0)
    contactor.settle(20 * MS)
    return contactor


def test_contacts_close_after_their_delay() -> None:
    """The command alone moves nothing; 20 ms later both are closed."""
    contactor = Contactor(ContactorConfig())
    contactor.command(True, 0)
    contactor.settle(20 * MS - 1)
    assert (contactor.contacts, contactor.due) == (CONTACTS_OPEN, 20 * MS)
    contactor.settle(20 * MS)
    assert (contactor.contacts, contactor.due) == (CONTACTS_CLOSED, None)


def test_contacts_open_after_their_delay() -> None:
    """Opening takes 15 ms."""
    contactor = closed_contactor()
    contactor.command(False, 100 * MS)
    assert (contactor.contacts, contactor.due) == (CONTACTS_CLOSED, 115 * MS)
    contactor.settle(115 * MS)
    assert contactor.contacts == CONTACTS_OPEN


def test_a_repeated_command_does_not_start_the_delay_again() -> None:
    """Outputs are emitted whole; the relay's part of them is often the same."""
    contactor = Contactor(ContactorConfig())
    contactor.command(True, 0)
    contactor.command(True, 10 * MS)
    assert contactor.due == 20 * MS


def test_a_command_taken_back_in_time_closes_nothing() -> None:
    """An opening command within the closing delay wins."""
    contactor = Contactor(ContactorConfig())
    contactor.command(True, 0)
    contactor.command(False, 10 * MS)
    contactor.settle(25 * MS)
    assert (contactor.contacts, contactor.due) == (CONTACTS_OPEN, None)


def test_a_welded_contact_stays_closed() -> None:
    """Only its own pole is welded; freed, it is where the coil holds it."""
    contactor = closed_contactor()
    contactor.apply(WeldContact(Pole.LIVE))
    contactor.command(False, 100 * MS)
    contactor.settle(115 * MS)
    assert contactor.contacts == Contacts(live=True, neutral=False)
    contactor.apply(WeldContact(Pole.LIVE, active=False))
    assert contactor.contacts == CONTACTS_OPEN


def test_a_stuck_contact_stays_open() -> None:
    """A neutral contact that sticks leaves the live one to close alone."""
    contactor = Contactor(ContactorConfig())
    contactor.apply(StickContact(Pole.NEUTRAL))
    contactor.command(True, 0)
    contactor.settle(20 * MS)
    assert contactor.contacts == Contacts(live=True, neutral=False)

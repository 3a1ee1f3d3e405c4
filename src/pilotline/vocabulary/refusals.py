"""The table of refusals: every reason why a wish is not fulfilled, with its sentence.

One code, one sentence for people, one place. Whoever refuses takes the row and fills in its words; a
program goes by the code, and a page says the same in its reader's language by code and words. A wait may be
the reason too; its sentence stands in its own table.
"""

from collections.abc import Mapping

from pilotline.vocabulary.sentences import Sentence, Template

Refusal = Sentence
Ground = Template
"""A row; ``of`` is the refusal for this reason."""


class RefusedError(ValueError):
    """Something that is refused; its message is the sentence of ``refusal``."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


# --- who may what, and where -------------------------------------------------------------------------------

MAY_NOT = Ground("may_not", "Only {roles} may {deed}; this was asked as the {role}.")
TOO_LITTLE = Ground("role", "This needs the role {least}; you are signed in as {role}.")
NO_CONNECTOR = Ground("no_connector", "There is no connector {connector}.")
NO_SESSION = Ground("no_session", "There is no session here; plug in the car and begin one.")
NO_SUCH_SESSION = Ground("no_such_session", "There is no session {session}.")
NOT_ASIDE = Ground("not_aside", "{session} is not set aside; {known} is.")
NEGATIVE_LIMIT = Ground("negative_limit", "A limit is 0 A, a pause, or more.")
NO_DAY = Ground("no_day", "{text} is no day; days are written like 2026-03-29.")
NOT_READ = Ground("not_read", "The station's records cannot be read now: {reason}. Try again.")
NOT_WRITTEN = Ground("not_written", "{what} is in force, but the disk has not taken it within {seconds} s.")
CLOCK_UNKNOWN = Ground(
    "clock_unknown", "The time is not known yet, so nobody can say what the next hours bring."
)

# --- beginning a session -----------------------------------------------------------------------------------

RUNS = Ground("runs", "A session runs here already.")
GRANTED = Ground("granted", "Somebody may charge here already: plug in the car.")
CAR_LEFT = Ground("car_left", "The car was unplugged before the operator answered.")
CARD_MAY_NOT = Ground("card_may_not", "{tag} may not charge ({status}).")
FAULTY = Ground("faulty", "{sentence}")
TAG_LENGTH = Ground("tag_length", "A tag has 1 to {most} characters.")

# --- the leakage monitor's offset (E-26) -------------------------------------------------------------------

NO_SAFETY_MODULE = Ground("no_safety_module", "The safety module does not answer.")
NOT_IDLE = Ground(
    "not_idle", "The offset is measured with no car plugged in and the relay open: unplug the car first."
)
OFFSET_BUSY = Ground("offset_busy", "The offset is being measured already.")
OFFSET_BEYOND = Ground(
    "offset_beyond",
    "The safety module did not take the offset: it is beyond the model's bound, or a car came.",
)

# --- the book of cards -------------------------------------------------------------------------------------

CARD_TAG = Ground("card_tag", "A card's tag has 1 to {most} letters and digits.")
CARD_NAME = Ground("card_name", "A card's name has at most {most} characters that can be seen.")
CARDS_FULL = Ground("cards_full", "The book is full: it holds {most} cards. Take one out first.")
NO_CARD_CAME = Ground("no_card_came", "No card was held to the reader within {seconds} s.")
ANOTHER_LEARNS = Ground("another_learns", "Somebody else waits for a card now.")
NO_SUCH_CARD = Ground("no_such_card", "The book has no card {tag}.")

# --- the value of a key ------------------------------------------------------------------------------------

NO_KEY = Ground("no_key", "There is no such key.")
TOO_MANY_KEYS = Ground(
    "too_many_keys", "More keys were named than GetConfigurationMaxKeys allows; name none for all."
)
READ_ONLY = Ground("read_only", "This key can only be read.")
KEY_BOOLEAN = Ground("key_boolean", "Not possible: the value is true or false.")
KEY_WHOLE = Ground("key_whole", "Not possible: the value is a whole number.")
KEY_RANGE = Ground("key_range", "Not possible: the value is {low} to {high}.")
KEY_CHOICE = Ground("key_choice", "Not possible: the value is {choices}.")
KEY_LENGTH = Ground("key_length", "Not possible: the value has {most} characters at most.")
KEY_ACCESS_POINT = Ground(
    "key_access_point", "Not possible: the value is 0 or a name of letters, digits, dots and hyphens."
)
KEY_ZONE = Ground(
    "key_zone", "Not possible: the value is a name of the IANA's time zones, like Europe/London."
)
KEY_UNKNOWN_ZONE = Ground("key_unknown_zone", "This station's database has no time zone {zone}.")
KEY_MEASURANDS = Ground("key_measurands", "Not possible: unknown measurands: {names}.")
KEY_MANY_MEASURANDS = Ground("key_many_measurands", "Not possible: the list names {most} measurands at most.")
KEY_ROTATION = Ground("key_rotation", "Not possible: the value is a list like 0.RST,1.RST.")
KEY_PRICE = Ground(
    "key_price", "Not possible: the value is a price like 0.30, with four places at most, or nothing."
)
KEY_CURRENCY = Ground(
    "key_currency", "Not possible: the value is a currency of three letters, like EUR (ISO 4217)."
)
KEY_COUNTRY = Ground(
    "key_country", "Not possible: the value is a country of two letters, like GB (ISO 3166-1), or nothing."
)
KEY_WORD = Ground("key_word", "Not possible: the value is one word of letters, or nothing.")
KEY_TAG = Ground("key_tag", "Not possible: the value is a tag of 1 to {most} letters and digits.")
KEY_IDENTITY = Ground(
    "key_identity", "Not possible: the value is a name of at most {most} letters, or nothing."
)
WATCHES_DC = Ground(
    "watches_dc", "This model has to watch direct current by itself, whatever the installation has."
)

NO_DIGITAL = Ground("no_digital", "This model has no modem by which a car could talk.")

PERIOD_SHAPE = Ground(
    "period_shape",
    "Not possible: the value is enable or disable, a begin and an end, like enable,08:00,11:00.",
)
PERIOD_EMPTY = Ground(
    "period_empty", "Not possible: a period from {begin} to {end} is empty: disable it instead."
)
PERIOD_TIME = Ground("period_time", "Not possible: {text} is no time of day; times are 00:00 to 23:59.")

SCHEDULE_ROWS = Ground("schedule_rows", "Not possible: a schedule has {most} rows at most.")
SCHEDULE_ROW = Ground(
    "schedule_row",
    "Not possible: {text} is no row; a row is days, hours and amperes: Mo-Fr 22:00-06:00 16.",
)
SCHEDULE_BEGIN = Ground("schedule_begin", "Not possible: a row begins at 23:59 at the latest.")
SCHEDULE_HOURS = Ground(
    "schedule_hours", "Not possible: hours from {begin} to {end} are none; a day is 00:00-24:00."
)
SCHEDULE_DAY = Ground("schedule_day", "Not possible: {text} is no day; days are {days}.")
SCHEDULE_TIME = Ground("schedule_time", "Not possible: {text} is no time of day; times are 00:00 to 24:00.")
SCHEDULE_AMPS = Ground(
    "schedule_amps", "Not possible: {text} is no current for a car; it is 0, a pause, or {least} to {most}."
)

URL_CHARACTERS = Ground("url_characters", "The URL may only have printable ASCII characters and no spaces.")
URL_HOST = Ground("url_host", "The URL's host or port is malformed.")
URL_SCHEME = Ground("url_scheme", "The URL must begin with ws:// or wss://.")
URL_NO_HOST = Ground("url_no_host", "The URL names no host, or port 0.")
URL_FRAGMENT = Ground("url_fragment", "The URL must not have a fragment (#...).")
URL_PASSWORD = Ground(
    "url_password", "The URL must not have a name or a password: who sees the settings would read it."
)
ID_NO_NAME = Ground("id_no_name", "The station's id is empty, or no name a URL can carry.")
ID_NO_TEXT = Ground("id_no_text", "The station's id is not a valid text.")

# --- people and passwords ----------------------------------------------------------------------------------

ALREADY_SET_UP = Ground(
    "already_set_up", "This station has been set up; sign in, or have an operator add you."
)
FIRST_HERE = Ground("first_here", "The first person is made at the station's own machine.")
FIRST_ROLE = Ground("first_role", "The first person is an operator: somebody has to answer for the others.")
NOBODY = Ground("nobody", "There is nobody of that name; the list of people says who there is.")
PERSON_NAME = Ground(
    "person_name",
    "A name has 1 to {most} letters, digits, spaces and . - _ @ + ' in it; choose another.",
)
PERSON_CARD = Ground(
    "person_card", "A card's number has at most {most} plain characters; leave it empty for none."
)
PERSON_THERE = Ground(
    "person_there", "Somebody of that name is there already; choose another name, or change that person."
)
PEOPLE_FULL = Ground("people_full", "There are {most} people already; remove one first.")
PERSON_ROLE = Ground("person_role", "A person is a guest, a user, an operator or a manufacturer.")
ROLE_ABOVE = Ground("role_above", "Nobody makes a role above his own; you are {role}.")
PERSON_ABOVE = Ground("person_above", "{name} is {role}, above your own role; only such a one changes that.")
LAST_OPERATOR = Ground("last_operator", "This is the last operator; make somebody else an operator first.")
PASSWORD_SHORT = Ground("password_short", "The password is too short; take at least {least} characters.")
PASSWORD_LONG = Ground("password_long", "The password is too long; take at most {most} characters.")
PASSWORD_SIGN = Ground(
    "password_sign", "The password has a sign that cannot be typed everywhere; leave it out."
)
PASSWORD_NAME = Ground("password_name", "The password is the name; take something that others do not know.")
PASSWORD_COMMON = Ground(
    "password_common",
    "This password is among the first that are tried; take three or four words that have nothing in common.",
)
OWN_PASSWORD = Ground(
    "own_password", "One's own password is changed with the old one beside it: POST it to /api/my-password."
)
PASSWORD_CHANGED = Ground(
    "password_changed", "The password has just been changed by somebody else; sign in again."
)

# --- what a backend alone asks -----------------------------------------------------------------------------

PROFILE = Ground("profile", "{reason}")

# --- a virtual station's bench -----------------------------------------------------------------------------

TETHERED = Ground("tethered", "A tethered cable has no lock that could break.")
PLUGGED = Ground("plugged", "A plug is in already; unplug first.")
BOLT_OUT = Ground("bolt_out", "The bolt of the lock is out, so no plug goes in.")
NO_PLUG = Ground("no_plug", "No plug is in.")

# --- the way into the backend (security whitepaper) --------------------------------------------------------

KEY_PASSWORD = Ground(
    "key_password",
    "Not possible: the value is {least} to {most} hexadecimal digits, two for each byte of the password, or "
    "nothing.",
)
KEY_HOSTS = Ground(
    "key_hosts", "Not possible: the value is a list of hosts, name or name:port, with commas between."
)
KEY_NAME = Ground("key_name", "Not possible: the value is a name of at most {most} letters, or nothing.")
PROFILE_ONLY_UP = Ground(
    "profile_only_up",
    "A backend may only raise the security profile, and it is {profile}: lower it beside the station.",
)
PROFILE_NEEDS_PASSWORD = Ground(
    "profile_needs_password",
    "Security profile {profile} needs a password: set AuthorizationKey first, to what the backend knows.",
)
PROFILE_NEEDS_WSS = Ground(
    "profile_needs_wss",
    "Security profile {profile} needs a backend at wss://: set c_BackendUrl, or --csms, to such a URL first.",
)
PROFILE_NEEDS_ROOT = Ground(
    "profile_needs_root",
    "Security profile {profile} needs a root certificate of the backend that is valid: install one first.",
)
PROFILE_NEEDS_CERTIFICATE = Ground(
    "profile_needs_certificate",
    "Security profile 3 needs a valid certificate of the station's own: have the backend sign one first.",
)
PASSWORD_IN_USE = Ground(
    "password_in_use",
    "Security profile {profile} needs the password: give another one, or lower the profile first.",
)
URL_IN_USE = Ground(
    "url_in_use",
    "Security profile {profile} takes wss:// alone: lower the profile first, beside the station.",
)

GROUNDS: tuple[Ground, ...] = tuple(each for each in globals().values() if isinstance(each, Ground))
BY_CODE: Mapping[str, Ground] = {each.code: each for each in GROUNDS}

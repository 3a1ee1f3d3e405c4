"""The table of troubles: what keeps the station from its backend, its meter or its disk.

A trouble is a part of other sentences (why nothing begins, why the station is offline), so it has a code of
its own, by which a page says it in its reader's language. Those of a line to a server begin with a small
letter and have no full stop, as they are told at the end of a line of the log.
"""

from pilotline.vocabulary.sentences import Template

# --- the backend -------------------------------------------------------------------------------------------

UNREACHED = Template("unreached", "The backend has not been reached yet.")
UNCONFIGURED = Template("unconfigured", "No backend is configured (c_BackendUrl, or --csms).")
TURNED_AWAY = Template("turned_away", "The backend answered {word} to our registration and is asked again.")
UNREGISTERED = Template("unregistered", "The backend did not register us: {reason}")
CLOCK_UNREAD = Template("clock_unread", "The backend's clock cannot be read: {reason}")
CLOCK_DISBELIEVED = Template(
    "clock_disbelieved", "The backend's clock is not believed: it says that this is the year {year}."
)
SET_ASIDE = Template("set_aside", "A session was set aside after its last attempt: {reason}")

# --- the line to its server --------------------------------------------------------------------------------

NO_SUBPROTOCOL = Template(
    "no_subprotocol", "the server at {address} does not speak {protocol}: it offered {offered}"
)
BAD_CREDENTIALS = Template(
    "bad_credentials", "the server at {address} refused this station's id or credentials (HTTP {status})"
)
NOTHING_THERE = Template(
    "nothing_there",
    "the server at {address} has nothing at {path} for this station (HTTP 404): "
    "check the URL's path and the station's id",
)
MAY_NOT_SPEAK = Template(
    "may_not_speak",
    "the server at {address} refused the connection (HTTP {status}): it may not speak {protocol}",
)
HTTP_STATUS = Template("http_status", "the server at {address} refused the connection (HTTP {status})")
LED_ASTRAY = Template(
    "led_astray", "the server at {address} sends the station to an address it may not follow"
)
NO_WEBSOCKET = Template("no_websocket", "the server at {address} does not answer like a WebSocket server")
NOT_DIALLED = Template("not_dialled", "the server at {address} cannot be dialled ({error})")
NOT_TRUSTED = Template("not_trusted", "the certificate of {address} is not trusted: {reason}")
TLS_FAILED = Template("tls_failed", "TLS with {address} failed: {reason}")
TLS_CUT = Template("tls_cut", "TLS with {address} failed: the server cut the line")
TLS_OLD = Template("tls_old", "the server at {address} speaks no TLS of version 1.2 or later")
TLS_REFUSED_US = Template(
    "tls_refused_us", "the server at {address} refused this station's certificate ({reason})"
)
TLS_NO_COMMON = Template(
    "tls_no_common",
    "the server at {address} has no TLS cipher in common with this station, or wants a certificate of it",
)
NEEDS_WSS = Template(
    "needs_wss", "security profile {profile} needs wss://, and {address} is to be dialled by ws://"
)
NO_ROOT = Template(
    "no_root", "no root certificate of the backend is installed, so it cannot be told from another"
)
NO_CERTIFICATE = Template("no_certificate", "the station has no certificate of its own to show")
NO_STORE = Template("no_store", "this station has no certificate store")
BAD_STORE = Template("bad_store", "a certificate of the store is damaged: {reason}")
OTHER_ACCESS = Template("other_access", "the backend is dialled by another way in")
NO_SUCH_NAME = Template("no_such_name", "the name {host} cannot be resolved: {reason}")
NO_ANSWER = Template("no_answer", "the server at {address} did not answer within {seconds} s")
NOBODY_LISTENS = Template(
    "nobody_listens", "the server at {address} refused the connection: nothing listens there"
)
NO_WAY = Template("no_way", "no connection to {address}: {reason}")
TOO_LONG = Template("too_long", "the server at {address} sent a message over {bytes} bytes")
BROKE_PROTOCOL = Template(
    "broke_protocol", "the server at {address} broke the WebSocket protocol (code {code})"
)
LINE_CUT = Template("line_cut", "the connection to the server at {address} was cut")
CLOSED = Template("closed", "the server at {address} closed the connection (code {code}{said})")
TAKES_NOTHING = Template("takes_nothing", "the server at {address} took no data for {seconds} s")
NO_PONG = Template("no_pong", "the server at {address} did not answer a ping within {seconds} s")
NETWORK_DOWN = Template("network_down", "The network is down.")
OTHER_WAY = Template("other_way", "The backend is dialled over another interface.")
LOST = Template("lost", "it was lost.")

# --- the meter ---------------------------------------------------------------------------------------------

METER_ASKED = Template("meter_asked", "it is asked every second.")
METER_NO_PORT = Template(
    "meter_no_port",
    "Port {port} of the {device} at address {address} cannot be opened: check that the adapter is plugged in "
    "and that no other program uses it.",
)
METER_NO_ANSWER = Template(
    "meter_no_answer",
    "The {device} at address {address} on {port} does not answer: check its supply, its address and baud "
    "rate, and the wires A and B.",
)
METER_GARBAGE = Template(
    "meter_garbage",
    "The {device} at address {address} on {port} answers nonsense: check baud rate and parity, the bus "
    "termination and the wires A and B.",
)
METER_REFUSED = Template(
    "meter_refused",
    "The {device} at address {address} on {port} does not have these registers: check that the configured "
    "profile fits the meter.",
)

# --- the disk ----------------------------------------------------------------------------------------------

DISK_FULL = Template("disk_full", "The disk is full.")
DISK_TAKES_NOTHING = Template("disk_takes_nothing", "The disk does not take the station's records: {reason}.")

TROUBLES: tuple[Template, ...] = tuple(each for each in globals().values() if isinstance(each, Template))

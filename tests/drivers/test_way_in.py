"""Each security profile against a real server, and each way in which it fails: what is sent, what is said."""

import asyncio
import ssl
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from pilotline.drivers.certificate_store import CertificateStore, performers
from pilotline.drivers.ocpp_client import Connected, Disconnected, OcppClient, State
from pilotline.drivers.way_in import Way
from pilotline.runtime.backend_line import make_way
from pilotline.station.upkeep.events import Access
from pilotline.station.upkeep.store import AddRoot, MakeRequest, RequestMade, StoreIs, TakeChain
from pilotline.vocabulary.endpoint import parse_endpoint
from pilotline.vocabulary.upkeep import CertificateUse, WayTrouble
from support.pki import DAY, NOW, Authority, pem, server_context, write_server
from support.secure_backend import SecureBackend, backend

PASSWORD = bytes(range(246, 256)) + bytes(range(10))
"""No text at all: bytes that neither ASCII nor UTF-8 has."""
HEX = PASSWORD.hex()
SERIAL = "PL-0042"


class Site:
    """A root, a server's certificate from it, and a station's store that has that root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = Authority("Root")
        self.store = CertificateStore(folder / "certificates")
        self._perform = performers(self.store)
        self.add(self.root)

    def _do(self, task: object) -> object:
        return self._perform[type(task)](task, None)  # type: ignore[index, arg-type]

    def add(self, root: Authority) -> None:
        assert isinstance(self._do(AddRoot(CertificateUse.CENTRAL_SYSTEM_ROOT, root.pem, 9, None)), StoreIs)

    def own(self, authority: Authority | None = None) -> str:
        """The fingerprint of a certificate of the station's own."""
        made = self._do(MakeRequest(SERIAL, "Test CPO"))
        assert isinstance(made, RequestMade)
        taken = self._do(TakeChain(pem((authority or self.root).answer(made.csr)), SERIAL, None))
        assert isinstance(taken, StoreIs)
        return taken.fingerprint

    def server(self, authority: Authority | None = None, **how: object) -> ssl.SSLContext:
        return server_context(write_server(self.folder, authority or self.root, **how))  # type: ignore[arg-type]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


async def _dial(url: str, way: Way) -> State:
    first: asyncio.Future[State] = asyncio.get_running_loop().create_future()
    client = OcppClient(
        url, "CP 1", lambda state: None if first.done() else first.set_result(state), print, lambda: 1.0
    )
    client.way = way
    task = asyncio.create_task(client.run())
    try:
        async with asyncio.timeout(20):
            return await first
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def dial(
    server: SecureBackend, access: Access, store: CertificateStore | None = None, url: str = ""
) -> State:
    """What comes of one dial by this way in."""
    return asyncio.run(_dial(url or server.url, make_way(access, store)))


def failed(state: State, trouble: WayTrouble, said: str) -> None:
    assert isinstance(state, Disconnected)
    assert state.trouble is trouble, state
    assert said in state.reason


def test_profile_0_sends_no_password_and_takes_what_the_system_trusts() -> None:
    """A key that is set is not sent by a profile that has no use for it."""
    with backend(SecureBackend()) as server:
        assert isinstance(dial(server, Access(0)), Connected)
        assert server.came == [("", b"", "")]


def test_profile_1_sends_the_bytes_that_the_digits_stand_for() -> None:
    """User: the station's identity; password: bytes, not their digits (A00.FR.203 to .205)."""
    with backend(SecureBackend()) as server:
        assert isinstance(dial(server, Access(1, HEX)), Connected)
        assert server.came[0][1] == PASSWORD
        assert server.came[0][0] == "CP 1"


def test_the_papers_own_example_of_basic_authentication() -> None:
    """AL1000 and 0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF (OCPP-J 1.6 §6.2.1)."""
    way = make_way(Access(1, "0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF"), None)
    endpoint = parse_endpoint("ws://x", "AL1000")
    assert way.authorization(endpoint, "AL1000") == "Basic QUwxMDAwOgABAgMEBQYH////////////////"


def test_a_password_of_the_url_is_sent_by_profile_0_alone() -> None:
    """By profile 1 the key counts; by profile 3 none is sent."""
    endpoint = parse_endpoint("wss://CP:letmein@x", "CP")
    sent = [make_way(Access(each, HEX), None).authorization(endpoint, "CP") for each in range(4)]
    assert sent[0] == "Basic Q1A6bGV0bWVpbg=="
    assert sent[1] == sent[2] != sent[0]
    assert sent[3] is None


def test_profile_2_trusts_the_installed_root_and_says_which(site: Site) -> None:
    """Over TLS, with the password; the name may stand in the common name alone (A00.FR.308)."""
    fingerprint = site.store.inventory().roots[0].fingerprint
    with backend(SecureBackend(site.server(), PASSWORD)) as server:
        state = dial(server, Access(2, HEX), site.store, server.url.replace("/ocpp", ""))
    assert state == Connected(fingerprint)
    with backend(SecureBackend(site.server(name="localhost", names=()))) as server:
        named = server.url.replace("127.0.0.1", "localhost")
        assert isinstance(dial(server, Access(2, HEX), site.store, named), Connected)


def test_a_chain_with_one_between_leads_to_the_root(site: Site) -> None:
    between = Authority("Between", above=site.root)
    with backend(SecureBackend(site.server(between))) as server:
        assert isinstance(dial(server, Access(2, HEX), site.store), Connected)


def test_a_root_that_is_signed_by_the_one_before_is_a_root_of_its_own(site: Site, tmp_path: Path) -> None:
    """The old one may be gone (M05.FR.12)."""
    new = Authority("New", above=site.root)
    (tmp_path / "other").mkdir()
    other = Site(tmp_path / "other")
    other.add(new)
    trusted = next(each.fingerprint for each in other.store.inventory().roots if each.subject == "New")
    with backend(SecureBackend(site.server(new))) as server:
        assert dial(server, Access(2, HEX, root=trusted), other.store) == Connected(trusted)


@pytest.mark.parametrize("profile", [2, 3])
@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"authority": Authority("Stranger")}, "unable to get local issuer certificate"),
        ({"valid": (NOW - 9 * DAY, NOW - DAY)}, "has expired"),
        ({"valid": (NOW + DAY, NOW + 9 * DAY)}, "not yet valid"),
        ({"name": "backend.example"}, "IP address mismatch"),
    ],
    ids=["wrong root", "expired", "not yet valid", "wrong name"],
)
def test_a_backend_whose_certificate_is_not_good_is_told_nothing(
    site: Site, profile: int, how: dict[str, object], said: str
) -> None:
    """No password and no request reaches it; the sentence says what is wrong with it."""
    with backend(SecureBackend(site.server(**how))) as server:  # type: ignore[arg-type]
        access = Access(profile, HEX if profile == 2 else "", site.own() if profile == 3 else "")
        failed(dial(server, access, site.store), WayTrouble.SERVER_CERTIFICATE, said)
        assert server.came == []


def test_the_systems_roots_vouch_for_nobody(site: Site) -> None:
    """Profile 2 without an installed root dials nobody, whatever the machine trusts."""
    empty = CertificateStore(site.folder / "empty")
    with backend(SecureBackend(site.server())) as server:
        failed(dial(server, Access(2, HEX), empty), WayTrouble.NO_ROOT, "no root certificate")
        failed(dial(server, Access(3), site.store), WayTrouble.NO_CERTIFICATE, "no certificate of its own")
        assert server.came == []


@pytest.mark.parametrize("profile", [2, 3])
def test_nothing_is_sent_in_the_open_by_a_profile_over_tls(site: Site, profile: int) -> None:
    """ws:// is not dialled at all."""
    with backend(SecureBackend()) as server:
        failed(dial(server, Access(profile, HEX), site.store), WayTrouble.NOT_SECURE, "needs wss://")
        assert server.came == []


@pytest.mark.parametrize("profile", [1, 2])
def test_a_wrong_password_is_a_matter_of_credentials(site: Site, profile: int) -> None:
    tls = site.server() if profile == 2 else None
    with backend(SecureBackend(tls, PASSWORD)) as server:
        state = dial(server, Access(profile, "00" * 16), site.store)
        failed(state, WayTrouble.CREDENTIALS, "refused this station's id or credentials (HTTP 401)")


def test_profile_3_shows_the_stations_certificate_and_sends_no_password(site: Site) -> None:
    tls = site.server()
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_verify_locations(cadata=site.root.pem)
    with backend(SecureBackend(tls)) as server:
        assert isinstance(dial(server, Access(3, "", site.own()), site.store), Connected)
        assert server.came == [("", b"", SERIAL)]


def refused(again: Callable[[], State]) -> None:
    """The reset that follows an alert may overtake it; then nobody can say more than that."""
    for _ in range(20):
        state = again()
        assert isinstance(state, Disconnected)
        if state.trouble is WayTrouble.STATION_CERTIFICATE:
            assert "refused this station's certificate" in state.reason
            return
        assert state.trouble in (WayTrouble.PROTOCOL, WayTrouble.TLS), state
    raise AssertionError("no alert came through")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("clients", ["strangers", "nobody yet"])
def test_a_backend_that_refuses_the_stations_certificate_is_quoted(
    site: Site, version: ssl.TLSVersion, clients: str
) -> None:
    """In TLS 1.3 it says so only after the handshake."""
    tls = site.server()
    tls.minimum_version = tls.maximum_version = version
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_verify_locations(cadata=(Authority("Another") if clients == "strangers" else site.root).pem)
    with backend(SecureBackend(tls)) as server:
        if clients == "strangers":
            refused(lambda: dial(server, Access(3, "", site.own()), site.store))
        elif version is ssl.TLSVersion.TLSv1_3:
            refused(lambda: dial(server, Access(2, HEX), site.store))
        else:
            failed(dial(server, Access(2, HEX), site.store), WayTrouble.TLS, "or wants a certificate")
        assert server.came == []


def _old(context: ssl.SSLContext) -> None:
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1


def _weak(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES128-SHA")


@pytest.mark.parametrize(
    ("spoil", "trouble", "said"),
    [
        (_old, WayTrouble.TLS_VERSION, "no TLS of version 1.2 or later"),
        (_weak, WayTrouble.TLS_CIPHER, "no TLS cipher in common"),
    ],
    ids=["old", "weak"],
)
def test_a_backend_with_old_or_weak_tls_is_not_taken(
    site: Site, spoil: Callable[[ssl.SSLContext], None], trouble: WayTrouble, said: str
) -> None:
    """A00.FR.315 and .322."""
    tls = site.server()
    spoil(tls)
    with backend(SecureBackend(tls)) as server:
        failed(dial(server, Access(3, "", site.own()), site.store), trouble, said)


def test_a_server_that_speaks_no_tls_is_not_spoken_to_without(site: Site) -> None:
    """No fall to ws://."""
    with backend(SecureBackend()) as server:
        state = dial(server, Access(2, HEX), site.store, server.url.replace("ws:", "wss:"))
        assert isinstance(state, Disconnected)
        assert state.trouble in (WayTrouble.TLS, WayTrouble.PROTOCOL)
        assert server.came == []


def test_where_nobody_listens_nothing_is_said_of_the_way_in(site: Site) -> None:
    """The network's failures are not the password's."""
    server = SecureBackend(site.server(), port=1)
    failed(dial(server, Access(2, HEX), site.store), WayTrouble.UNREACHED, "nothing listens there")


def test_no_password_is_in_what_is_printed_of_a_way() -> None:
    """A trace of it would tell."""
    assert HEX not in repr(make_way(Access(1, HEX), None))
    assert str(PASSWORD) not in repr(make_way(Access(1, HEX), None))

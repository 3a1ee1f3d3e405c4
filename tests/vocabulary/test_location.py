"""A transfer URL: what is taken, what is refused, and that no part that opens a door is ever shown."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.vocabulary.endpoint import secrets_in
from pilotline.vocabulary.location import SUPPORTED, LocationError, Scheme, parse_location

SECRETS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=6, max_size=12).map(
    lambda text: f"zq{text}"
)


@pytest.mark.requirement("M-41")
def test_the_url_of_the_product_is_understood() -> None:
    """``ftp://user:password@host:port/`` in its parts."""
    found = parse_location("ftp://user:password@host.example:2121/")
    assert (found.scheme, found.host, found.port, found.path) == (Scheme.FTP, "host.example", 2121, "/")
    assert (found.user, found.password) == ("user", "password")


def test_what_may_be_left_out_is_the_usual() -> None:
    """Port, path and credentials (OCPP 1.6 §8.2)."""
    plain = parse_location("https://files.example")
    assert (plain.port, plain.path, plain.user, plain.password) == (443, "/", None, None)
    assert [parse_location(f"{each.value}://h").port for each in Scheme] == [21, 21, 80, 443]
    assert parse_location("ftp://only@h").password is None


def test_credentials_are_decoded_and_the_path_is_not() -> None:
    """A password may have any sign in it; a path goes on as it came."""
    found = parse_location("ftp://o%40x:p%3Aw%2F@[2001:DB8::1]/a%20b/c")
    assert (found.user, found.password, found.host) == ("o@x", "p:w/", "2001:db8::1")
    assert (found.path, found.folder) == ("/a%20b/c", ("a b", "c"))
    assert found.address == "[2001:db8::1]:21"


def test_a_file_within_a_folder() -> None:
    """Its name is one name, whatever is in it, and the query stays."""
    folder = parse_location("https://h/up/?sig=1")
    assert folder.within("a/../b c.tar.gz").target == "/up/a%2F..%2Fb%20c.tar.gz?sig=1"
    assert parse_location("ftp://h").within("x").path == "/x"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "C:",
        "/etc/passwd",
        "file:///etc/passwd",
        "sftp://h/",
        "gopher://h/",
        "FTP//h",
        "ftp://",
        "ftp://:21/",
        "ftp://h:0/",
        "ftp://h:65536/",
        "ftp://h:x/",
        "ftp://h/a b",
        "ftp://h/\n",
        "ftp://h/a#b",
        "ftp://h/%0d%0aDELE%20x",
        "ftp://us%0aer@h/",
        "ftp://user:pass%0d%0aQUIT@h/",
        "ftp://h\\@other/",
        "ftp://[::1/",
        "http://ü/",
        "https://h/" + "a" * 2_048,
    ],
)
def test_what_nothing_can_be_brought_to_is_refused(url: str) -> None:
    """With a sentence, and without the URL in it."""
    with pytest.raises(LocationError) as refused:
        parse_location(url)
    assert str(refused.value).endswith(".")
    assert url not in str(refused.value) or not url


@pytest.mark.requirement("R-32")
@given(SECRETS, SECRETS, SECRETS, st.sampled_from(list(Scheme)))
def test_no_secret_is_shown(user: str, password: str, query: str, scheme: Scheme) -> None:
    """Neither in what sentences show nor in a trace of the interpreter."""
    found = parse_location(f"{scheme.value}://{user}:{password}@host/dir/?{query}")
    for told in (found.shown, repr(found), str(found), found.address):
        assert not any(secret in told for secret in (user, password, query))
    assert found.target == f"/dir/?{query}"


@given(st.text(max_size=80))
def test_whatever_comes_is_a_location_or_a_sentence(text: str) -> None:
    """Nothing else is raised, with a scheme before it or without."""
    for url in (text, f"ftp://{text}", f"https://{text}", f"ftp://u:{text}@h/"):
        try:
            found = parse_location(url)
        except LocationError:
            continue
        assert found.host


def test_the_words_of_the_key() -> None:
    """SupportedFileTransferProtocols names what there is."""
    assert SUPPORTED == "FTP,FTPS,HTTP,HTTPS"


def test_what_is_secret_in_a_backends_address_is_known_in_each_of_its_forms() -> None:
    """As it is written, as it reads, and as it is sent."""
    found = secrets_in("wss://u:p%40ss@h:9000/ocpp")
    assert found == {"p%40ss", "p@ss", b64encode(b"u:p@ss").decode()}
    assert secrets_in(None) == secrets_in("ws://h/") == secrets_in("ws://[::1/") == frozenset()

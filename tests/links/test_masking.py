"""Secrets are taken out of what people see: by name, by look, and by their own value."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.links import masking
from pilotline.links.masking import DEEPEST, HIDDEN, Masker, secrets_of
from pilotline.station.keys import Access, Key, KeyStore
from pilotline.station.kinds import TEXT

PLANTED = "s3cr3t-Pl4nted"
BY_LOOK = [
    f"ftp://anna:{PLANTED}@files.example/logs",
    f"ftp://anna:a/b@{PLANTED}@files.example/up",
    f"sftp://{PLANTED}@files.example/",
    f"wss://CP:{PLANTED}@host/ocpp: refused",
    f"https://files.example/put?X-Sig={PLANTED}&a=1",
    f"Authorization: Basic {PLANTED}",
    f"authorization: Bearer {PLANTED}",
    f"AuthorizationKey={PLANTED}",
    f"password: {PLANTED}",
    f'"Password":"{PLANTED}"',
    f'\\"passphrase\\":\\"{PLANTED}\\"',
    f'{{"key":"AuthorizationKey","value":"{PLANTED}"',
    f'\\"key\\":\\"AuthorizationKey\\",\\"value\\":\\"{PLANTED}\\"',
    f'{{"key":"AuthorizationKey","readonly":false,"value":"{PLANTED}"}} and more',
    f"api_key = '{PLANTED}'",
    f"set-cookie: pilotline={PLANTED}; HttpOnly",
    f"$argon2id$v=19$m=65536,t=3,p=4${PLANTED}",
    f"-----BEGIN EC PRIVATE KEY-----\n{PLANTED}\n-----END EC PRIVATE KEY-----",
    f"-----BEGIN PRIVATE KEY-----\n{PLANTED}",
]
IN_JSON: list[Any] = [
    {"key": "AuthorizationKey", "value": PLANTED},
    {"value": PLANTED, "key": "authorizationkey"},
    {"configurationKey": [{"key": "AuthorizationKey", "readonly": False, "value": PLANTED}]},
    {"name": "c_WifiPassword", "value": PLANTED},
    {"token": PLANTED},
    {"apiKey": {"anything": [PLANTED]}},
    {"location": f"ftp://u:{PLANTED}@h/x"},
    {"location": f"https://h/x?sig={PLANTED}"},
    [2, "1", "ChangeConfiguration", {"key": "AuthorizationKey", "value": PLANTED}],
    {"event": json.dumps([2, "1", "ChangeConfiguration", {"key": "AuthorizationKey", "value": PLANTED}])},
    {"event": f"received {json.dumps({'key': 'AuthorizationKey', 'value': PLANTED})}"},
]
TEXTS = st.text(max_size=30)


def _json(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        st.none() | st.booleans() | st.integers() | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=12,
    )


JSON, PLAIN = _json(TEXTS), _json(st.text("abc 123.-_", max_size=12))


@pytest.mark.parametrize("text", BY_LOOK)
def test_what_looks_like_a_secret_is_hidden(text: str) -> None:
    """Without anybody having said what the secret is."""
    assert PLANTED not in Masker().text(f"before {text}")
    assert HIDDEN in Masker().text(text)


@pytest.mark.parametrize("value", IN_JSON, ids=str)
def test_what_a_field_names_a_secret_is_hidden(value: Any) -> None:
    """As a value, and as a line of a log."""
    assert PLANTED not in json.dumps(Masker().value(value))
    assert PLANTED not in Masker().line(json.dumps(value))


@given(JSON, TEXTS, TEXTS)
def test_a_known_secret_is_found_wherever_it_turns_up(value: Any, before: str, after: str) -> None:
    """In names and in values, however deep; what masks does not fail, whatever it is given."""
    masker = Masker([PLANTED])
    wrapped = {"x": [value, {f"{before}{PLANTED}{after}": f"{after}{PLANTED}{before}"}]}
    assert PLANTED not in json.dumps(masker.value(wrapped), ensure_ascii=False)
    assert PLANTED not in masker.line(json.dumps(wrapped, ensure_ascii=False))
    assert PLANTED not in masker.text(f"{before}{PLANTED}{after}")


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=4, max_size=20))
def test_a_secret_with_quotes_is_found_as_json_writes_it_too(secret: str) -> None:
    """A log line holds its escaped form."""
    line = f"trouble with {json.dumps(secret, ensure_ascii=False)} today"
    assert json.dumps(secret, ensure_ascii=False)[1:-1] not in Masker([secret]).text(line) or secret == HIDDEN


@given(PLAIN)
def test_what_holds_no_secret_stays_as_it_is(value: Any) -> None:
    """A mask that hides all else is no use to anybody."""
    assert Masker([PLANTED]).value(value) == value


@pytest.mark.parametrize(
    "text",
    [
        "Sets c_AuthorizationMode to tag.",
        "AuthorizeRemoteTxRequests: true",
        "LocalPreAuthorize is false",
        "ws://127.0.0.1:9000/ocpp/EVNET-1 speaks OCPP 1.6",
        "The token ring is lit.",
        "2026-11-22T01:00:00Z pilot A -> B",
    ],
)
def test_plain_words_are_left_alone(text: str) -> None:
    assert Masker().text(text) == text


def test_whether_there_is_a_secret_is_none() -> None:
    """The table of keys says which of them are secret; an empty one is shown as empty."""
    row = {"name": "AuthorizationKey", "secret": True, "value": None}
    assert Masker().value(row) == row


def test_what_lies_too_deep_is_hidden_whole() -> None:
    """Nobody's message makes the station run out of stack."""
    deep: Any = PLANTED
    for _ in range(DEEPEST + 5):
        deep = [deep]
    assert PLANTED not in json.dumps(Masker().value(deep))
    assert PLANTED in json.dumps(Masker().value([[PLANTED]]))


def test_a_short_secret_does_not_blank_everything() -> None:
    assert Masker(["a"]).text("an apple") == "an apple"


def test_the_secrets_of_a_station_are_those_of_its_write_only_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """As they are written, and as their hexadecimal digits read; no other key's value is one."""
    written = PLANTED.encode().hex()
    rows = (Key("c_Hidden", TEXT, "", "", Access.WRITE_ONLY), Key("c_Open", TEXT, "", ""))
    monkeypatch.setattr(masking, "KEYS", rows)

    def text(_keys: KeyStore, name: str) -> str:
        return written if name == "c_Hidden" else "plain"

    monkeypatch.setattr(KeyStore, "text", text)
    assert set(secrets_of(KeyStore({}))) == {written, PLANTED}

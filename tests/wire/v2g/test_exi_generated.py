"""The generated codec is in the package as the messages make it, and is what messages go by."""

import json
import runpy
from pathlib import Path

import pytest

from pilotline.wire.v2g.exi.namespace import Namespace
from pilotline.wire.v2g.namespaces import NAMESPACES
from support.places import ROOT

CODEC = runpy.run_path(str(ROOT / "scripts" / "exi_codec.py"))
TEXTS = CODEC["texts"]()


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_it_is_in_step_with_the_messages(name: str) -> None:
    """``scripts/exi_codec.py`` would write the same."""
    assert (Path(CODEC["FOLDER"]) / name).read_text() == CODEC["formatted"](TEXTS[name])


def test_whole_messages_never_need_the_slow_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every vector of ours but the one fragment whose type is not known from its name."""
    monkeypatch.setattr(Namespace, "read_slowly", forbidden)
    monkeypatch.setattr(Namespace, "write_slowly", forbidden)
    for line in Path(__file__).with_name("own_vectors.jsonl").read_text().splitlines():
        vector = json.loads(line)
        if vector["message"] == "eMAID":
            continue
        namespace, data = NAMESPACES[vector["namespace"]], bytes.fromhex(vector["exi"])
        is_fragment = vector["root"] == "fragment"
        name, value = (namespace.decode_fragment if is_fragment else namespace.decode)(data)
        assert (namespace.encode_fragment if is_fragment else namespace.encode)(name, value) == data


def forbidden(*_: object) -> None:
    """Stands where the interpreter would."""
    raise AssertionError("the quick way was left")


def test_a_namespace_is_warm_before_the_first_message() -> None:
    """``warm`` brings in all that a decode needs, so that no car waits for it."""
    for namespace in NAMESPACES.values():
        namespace.warm()
        assert "_quick" in vars(namespace)

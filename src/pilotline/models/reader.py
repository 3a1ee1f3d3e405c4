"""Reads a charger model (``chargers/*.toml``, or a file of the user's own) into the vocabulary's types.

The layout of the file is argued in ``chargers/evnet-7kw-s.toml``; it is that of
:class:`~pilotline.vocabulary.charger.ChargerModel` with the RTM's part beside it, the rating and the outlet
given once, faults by name, colours by name, and a list for the keys without a value.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from pilotline.models.document import Document, ModelError, Node, list_names, open_document, spell
from pilotline.models.light_tables import read_lights
from pilotline.models.pulse_counter import most_w
from pilotline.models.records import build, name_value, read, suggest
from pilotline.vocabulary import faults
from pilotline.vocabulary.charger import (
    ChargerModel,
    KeyValue,
    MeterKind,
    Outlet,
    Rating,
    RtmModel,
    Temperature,
)
from pilotline.vocabulary.faults import BY_NAME, Fault

__all__ = ["ModelError", "list_models", "load_charger", "read_charger"]

_FOLDER = "chargers"
_MADE_HERE = {"hash", "rtm"}
_KEYS = {f.name for f in (*fields(ChargerModel), *fields(RtmModel))} - _MADE_HERE | {"colours"}


def list_models() -> tuple[str, ...]:
    """The names of the charger models that come with Pilotline."""
    return list_names(_FOLDER)


def load_charger(name_or_path: str | Path) -> ChargerModel:
    """A model by name (``evnet-7kw-s``) or by the path of a ``.toml`` file; ModelError when it is refused."""
    return read_charger(open_document(_FOLDER, name_or_path))


def read_charger(document: Document) -> ChargerModel:
    """Build the model from a file's content, and check what no single type can see."""
    root = document.root
    shared = {"rating": Rating, "outlet": Outlet, "temperature": Temperature}
    once = {name: read(kind, root.child(name)) for name, kind in shared.items()}
    given = {
        **once,
        "rtm": _read_rtm(root, once),
        **read_lights(root),
        "key_defaults": _read_keys(root.child("key_defaults")),
    }
    model = build(ChargerModel, root, given, _KEYS)
    _check_connectors(root, model)
    _check_profiles(root, model)
    _check_meter(root, model)
    return model


def _read_rtm(root: Node, once: Mapping[str, Any]) -> RtmModel:
    absent = _read_faults(root.child("absent_faults"))
    _check_absent(root.child("absent_faults"), once["outlet"], absent)
    identity = int.from_bytes(hashlib.sha256(root.document.data).digest()[:8], "big")
    return build(RtmModel, root, {**once, "hash": identity, "absent_faults": absent}, _KEYS)


def _read_faults(node: Node) -> int:
    """A list of fault names as the mask they make."""
    found: list[Fault] = []
    for element in node.array():
        name = element.text()
        if name not in BY_NAME:
            raise element.refuse(f"unknown fault {name_value(element)}" + suggest(name, BY_NAME))
        if BY_NAME[name] in found:
            raise element.refuse("this fault is listed twice")
        found.append(BY_NAME[name])
    return faults.mask_of(found)


def _check_absent(node: Node, outlet: Outlet, absent: int) -> None:
    """What is fitted can fail, what is not cannot (E-01). 0x60 is made of the lock's two bits."""
    for part, fitted, mask in (
        ("a lock", outlet.lock, faults.MISSING_PCM),
        ("a proximity reading", outlet.proximity, faults.PP_UNPRESENT),
    ):
        if fitted and absent & mask:
            raise node.refuse(f"the outlet has {part}, so its faults are not absent")
        if not fitted and absent & mask != mask:
            names = ", ".join(f.name for f in faults.FAULTS if f.code & mask == f.code and f.code & ~absent)
            raise node.refuse(f"the outlet has not {part}, so these are absent: {names}")


def _read_keys(node: Node) -> dict[str, KeyValue]:
    """The factory values; the list ``null`` names the keys without one."""
    values = node.table()
    unset = values.pop("null").array() if "null" in values else []
    defaults: dict[str, KeyValue] = {}
    seen: dict[str, str] = {}
    for key, child in [*values.items(), *((element.text(), element) for element in unset)]:
        if key.casefold() in seen:  # names match without case (E-61)
            raise child.refuse(f"duplicate of {spell((seen[key.casefold()],))}")
        seen[key.casefold()] = key
        defaults[key] = None if child in unset else read(KeyValue, child)
    return defaults


def _check_connectors(root: Node, model: ChargerModel) -> None:
    told = model.key_defaults.get("NumberOfConnectors", model.connectors)
    if told != model.connectors:
        raise (
            root.child("key_defaults").child("NumberOfConnectors").refuse(f"connectors is {model.connectors}")
        )


def _check_profiles(root: Node, model: ChargerModel) -> None:
    """The key tells a backend of no profile that the model has not."""
    told = str(model.key_defaults.get("SupportedFeatureProfiles") or "")
    known = [each.value for each in model.ocpp.profiles]
    strange = [name.strip() for name in told.split(",") if name.strip() and name.strip() not in known]
    if strange:
        node = root.child("key_defaults").child("SupportedFeatureProfiles")
        raise node.refuse(f"{strange[0]} is none of ocpp.profiles: {', '.join(known)}")


def _check_meter(root: Node, model: ChargerModel) -> None:
    """A profile by name has to be one we know, the EVSENS's too; a path is checked when it is opened."""
    known = list_names("supply")
    if model.evsens and not model.evsens.profile.endswith(".toml") and model.evsens.profile not in known:
        raise root.child("evsens").child("profile").refuse(f"no such sensor; there are {', '.join(known)}")
    known = list_names("meters")
    if model.meter and model.meter.kind is MeterKind.S0:
        most = most_w(model.meter.pulses_per_kwh or 1)
        if most < model.rating.power_w:
            raise (
                root.child("meter")
                .child("pulses_per_kwh")
                .refuse(f"pulses of 30 ms then reach {most} W only")
            )
    elif model.meter and not model.meter.profile.endswith(".toml") and model.meter.profile not in known:
        raise root.child("meter").child("profile").refuse(f"no such meter; there are {', '.join(known)}")

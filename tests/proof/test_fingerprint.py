"""Snapshots and fingerprints: what is put back is the same, and what is the same is taken for one."""

import pytest

from pilotline.models.reader import list_models, load_charger
from pilotline.proof.alphabet import thresholds
from pilotline.proof.beginnings import beginnings, hasty
from pilotline.proof.fingerprint import Fingerprints
from pilotline.proof.moves import Car, Keep, Move, Say, Sense, Wait
from pilotline.proof.scene import Scene
from pilotline.vocabulary.charger import RtmModel

MODELS = [hasty(load_charger(name).rtm) for name in list_models()]
EVERY_MODEL = pytest.mark.parametrize("model", MODELS, ids=list_models())
LEAK: tuple[Move, ...] = (
    Sense("residual_ac_ua", 25_000),
    Wait(300_000),
    Sense("residual_ac_ua", 0),
    Wait(50),
)
SAG: tuple[Move, ...] = (
    Sense("neutral_pe_mv", 70_001),
    Wait(200_000),
    Sense("neutral_pe_mv", 0),
    Wait(77_777),
)
STOP: tuple[Move, ...] = (Keep(None), Wait(2_300_000), Car(9_000), Wait(40_000))


def fingerprint(scene: Scene, *, exact: bool = True) -> int:
    """That of the scene's present moment."""
    fingerprints = Fingerprints(scene.parts, scene.history, thresholds(scene.model), exact=exact)
    return fingerprints.of(
        scene.now, scene.inputs, scene.follows, scene.memory(), rhythm=scene.keeps.offer_ma is not None
    )


def played(model: RtmModel, *moves: Move) -> Scene:
    """A scene after these moves."""
    scene = Scene(model)
    for move in moves:
        assert scene.apply(move) == []
    return scene


@EVERY_MODEL
@pytest.mark.parametrize("story", [(), LEAK, SAG, STOP], ids=["nothing", "leak", "sag", "stop"])
def test_the_same_story_at_another_time_is_the_same_moment(model: RtmModel, story: tuple[Move, ...]) -> None:
    """A clock that the fingerprint does not know as one would show; the monitor's proof alone is older."""
    idle = (Say("hello"), Keep(0), Wait(4_000_000))
    charge = beginnings(model)["charging"][1:]
    early = played(model, *idle, *charge, *story)
    late = played(model, *idle, Wait(33_000_000), *charge, *story)
    assert late.now - early.now == 33_000_000
    assert fingerprint(late, exact=False) == fingerprint(early, exact=False)


@EVERY_MODEL
@pytest.mark.parametrize("move", [*LEAK, *SAG, *STOP, Say("withdraw"), Say("hello wrong")])
def test_a_scene_put_back_goes_on_as_before(model: RtmModel, move: Move) -> None:
    """After a snapshot anything may happen; then the same move leads to the same moment."""
    scene = played(model, *beginnings(model)["charging"])
    frozen = scene.freeze()
    scene.apply(move)
    first = fingerprint(scene)
    for other in (*LEAK, *SAG, *STOP):
        scene.apply(other)
    scene.thaw(frozen)
    scene.apply(move)
    assert fingerprint(scene) == first
    assert scene.now == frozen[1][0] + (move.us if isinstance(move, Wait) else 0)


def test_moments_with_other_distances_are_one_unless_asked_exactly() -> None:
    """The order of what is due is kept, its distance is not."""
    model = MODELS[0]
    near = played(model, *beginnings(model)["charging"], Sense("neutral_pe_mv", 70_001), Wait(10_000))
    far = played(model, *beginnings(model)["charging"], Sense("neutral_pe_mv", 70_001), Wait(12_000))
    assert fingerprint(near, exact=False) == fingerprint(far, exact=False)
    assert fingerprint(near) != fingerprint(far)

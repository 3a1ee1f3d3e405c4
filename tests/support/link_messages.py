"""Hypothesis strategies for the messages of the RTM link, drawn from its layouts."""

from typing import Any

from hypothesis import strategies as st

from pilotline.vocabulary.board import Contacts, Light, LockPosition, Setting
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import PilotMode, PilotOutput, PilotState, Signalling
from pilotline.wire.rtm_link import messages
from pilotline.wire.rtm_link.messages import BOARD_TO_HOST, HOST_TO_BOARD, LAYOUTS, Kind, Layout, LinkMessage

_I32 = st.integers(-(1 << 31), (1 << 31) - 1)
_VALUES: list[tuple[Kind, st.SearchStrategy[Any]]] = [
    (messages.U8, st.integers(0, 0xFF)),
    (messages.U16, st.integers(0, 0xFFFF)),
    (messages.U32, st.integers(0, 0xFFFF_FFFF)),
    (messages.U64, st.integers(0, (1 << 64) - 1)),
    (messages.I32, _I32),
    (messages.BOOL, st.booleans()),
    (messages.MAYBE_U32, st.none() | st.integers(0, 0xFFFF_FFFE)),
    (messages.PHASES, st.builds(PerPhase, _I32, _I32, _I32)),
    (
        messages.MAYBE_PHASES,
        st.builds(PerPhase, *[st.none() | st.integers(1 - (1 << 31), (1 << 31) - 1)] * 3),
    ),
    (messages.PAIR, st.tuples(_I32, _I32)),
    (messages.TEXT, st.text(st.characters(min_codepoint=1, max_codepoint=127), max_size=24)),
    (messages.LIGHT, st.builds(Light, *[st.integers(0, 0xFF_FFFF)] * 2, st.integers(0, 100))),
    (messages.OUTPUT, st.builds(PilotOutput, st.sampled_from(PilotMode), st.integers(0, 0xFFFF))),
    (messages.CONTACTS, st.builds(Contacts, st.booleans(), st.booleans())),
    (messages.STATE, st.sampled_from(PilotState)),
    (messages.LOCK, st.sampled_from(LockPosition)),
    (messages.SIGNALLING, st.sampled_from(Signalling)),
    (messages.SETTING, st.sampled_from(Setting)),
]


def messages_of(layout: Layout[LinkMessage]) -> st.SearchStrategy[LinkMessage]:
    """Any message of one layout."""
    return st.builds(layout.type, *(_values_of(kind) for kind in layout.kinds))


def _values_of(kind: Kind) -> st.SearchStrategy[Any]:
    return next(values for listed, values in _VALUES if listed is kind)


MESSAGES = st.one_of([messages_of(layout) for layout in LAYOUTS])
HOST_MESSAGES = st.one_of([messages_of(layout) for layout in HOST_TO_BOARD])
BOARD_MESSAGES = st.one_of([messages_of(layout) for layout in BOARD_TO_HOST])

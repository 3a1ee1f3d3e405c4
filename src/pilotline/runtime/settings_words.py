"""The words of the settings pages: the table of keys, the next hours, the book of cards.

A host and a simulated station serve them alike.
"""

from collections.abc import Callable, Mapping

from pilotline.links.operations import of_connector
from pilotline.links.settings import view_cards, view_keys, view_preview
from pilotline.runtime import words
from pilotline.station.core import Station

SETTINGS = frozenset({"keys", "preview", "cards"})


class SettingsWords:
    """``look`` is the station and its core time, as they are when asked."""

    def __init__(self, look: Callable[[], tuple[Station, int]]) -> None:
        self._look = look

    def serves(self) -> Mapping[str, words.Serve]:
        return {
            "keys": lambda _, __: view_keys(self._look()[0]),
            "preview": lambda wish, _: self._preview(wish),
            "cards": lambda _, __: self._cards(),
        }

    def _preview(self, wish: words.OfConnector) -> object:
        station, now = self._look()
        number, _ = of_connector("preview", {"connector": wish.connector}, station.connectors)
        return view_preview(station, number, now)

    def _cards(self) -> object:
        station, _ = self._look()
        return view_cards(station.cards, station.off_peak.local.zone)

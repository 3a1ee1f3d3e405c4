"""The words of exports, in the languages of the page, and how each writes numbers and dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Words:
    """What one language says. ``day`` is a format of ``strftime``; ``months`` are in their order."""

    title: str
    station: str
    model: str
    serial: str
    period: str
    everything: str
    until: str
    since: str
    issued: str
    sessions: str
    energy: str
    duration: str
    cost: str
    began: str
    card: str
    total: str
    page: str
    unknown_time: str
    prices: str
    energy_note: str
    estimated_note: str
    unknown_note: str
    open_note: str
    unpriced_note: str
    letters_note: str
    nothing: str
    decimal: str
    thousands: str
    day: str
    months: tuple[str, ...]
    columns: Mapping[str, str]

    def number(self, text: str) -> str:
        """A decimal text as people write it here: 1234.5 becomes 1,234.5 or 1.234,5."""
        whole, _, rest = text.partition(".")
        grouped = f"{int(whole):,}".replace(",", self.thousands)
        return f"{grouped}{self.decimal}{rest}" if rest else grouped

    def kwh(self, wh: int) -> str:
        """To the Wh, as the register counts."""
        return self.number(f"{wh // 1_000}.{wh % 1_000:03}")

    def date_of(self, day: date) -> str:
        return day.strftime(self.day)

    def moment(self, at: datetime) -> str:
        return f"{self.date_of(at.date())}  {at:%H:%M}"

    def month(self, key: str) -> str:
        """The month of 2026-11."""
        year, _, month = key.partition("-")
        return f"{self.months[int(month) - 1]} {year}"


_ENGLISH = Words(
    title="Charging statement",
    station="Station",
    model="Model",
    serial="Serial number",
    period="Period",
    everything="all sessions",
    until="until",
    since="from",
    issued="Issued",
    sessions="Sessions",
    energy="Energy",
    duration="Duration",
    cost="Cost",
    began="Begin",
    card="Card",
    total="Total",
    page="Page {page} of {pages}",
    unknown_time="Time unknown",
    prices="Price of a kWh",
    energy_note="The energy of a session is what the meter's register grew by from its begin to its end.",
    estimated_note="* The station did not know the time then: this one is estimated.",
    unknown_note="When the sessions of unknown time took place, nobody can say: the clock was never set.",
    open_note="Sessions still running are not in here: {count}.",
    unpriced_note="Sessions without a cost began while no price was set: {count}.",
    letters_note="? stands for a letter that this document's typeface does not have.",
    nothing="There are no sessions in this period.",
    decimal=".",
    thousands=",",
    day="%Y-%m-%d",
    months=(
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    columns={
        "session": "session", "connector": "connector", "who": "name", "tag": "card", "began": "begin",
        "ended": "end", "estimated": "time estimated", "seconds": "seconds", "energy_wh": "energy Wh",
        "meter_start_wh": "register at begin Wh", "meter_stop_wh": "register at end Wh",
        "price": "price per kWh", "cost": "cost", "currency": "currency", "reason": "reason of end",
        "transaction": "transaction", "begin": "begin", "wh": "energy Wh", "yes": "yes", "no": "no",
    },
)  # fmt: skip

_GERMAN = Words(
    title="Ladeabrechnung",
    station="Ladestation",
    model="Modell",
    serial="Seriennummer",
    period="Zeitraum",
    everything="alle Ladevorgänge",
    until="bis",
    since="ab",
    issued="Erstellt am",
    sessions="Ladevorgänge",
    energy="Energie",
    duration="Dauer",
    cost="Kosten",
    began="Beginn",
    card="Karte",
    total="Summe",
    page="Seite {page} von {pages}",
    unknown_time="Zeit unbekannt",
    prices="Preis je kWh",
    energy_note="Die Energie eines Ladevorgangs ist der Unterschied der Zählerstände an Beginn und Ende.",
    estimated_note="* Die Station kannte die Uhrzeit damals nicht: Diese ist geschätzt.",
    unknown_note="Wann die Ladevorgänge unbekannter Zeit waren, weiß niemand: Die Uhr war nie gestellt.",
    open_note="Noch laufende Ladevorgänge sind nicht enthalten: {count}.",
    unpriced_note="Ladevorgänge ohne Kosten begannen, als kein Preis eingestellt war: {count}.",
    letters_note="? steht für ein Zeichen, das die Schrift dieses Dokuments nicht hat.",
    nothing="In diesem Zeitraum gibt es keine Ladevorgänge.",
    decimal=",",
    thousands=".",
    day="%d.%m.%Y",
    months=(
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ),
    columns={
        "session": "Ladevorgang", "connector": "Anschluss", "who": "Name", "tag": "Karte", "began": "Beginn",
        "ended": "Ende", "estimated": "Zeit geschätzt", "seconds": "Sekunden", "energy_wh": "Energie Wh",
        "meter_start_wh": "Zählerstand Beginn Wh", "meter_stop_wh": "Zählerstand Ende Wh",
        "price": "Preis je kWh", "cost": "Kosten", "currency": "Währung", "reason": "Grund des Endes",
        "transaction": "Transaktion", "begin": "Beginn", "wh": "Energie Wh", "yes": "ja", "no": "nein",
    },
)  # fmt: skip

_ITALIAN = Words(
    title="Rendiconto di ricarica",
    station="Stazione",
    model="Modello",
    serial="Numero di serie",
    period="Periodo",
    everything="tutte le ricariche",
    until="fino al",
    since="dal",
    issued="Emesso il",
    sessions="Ricariche",
    energy="Energia",
    duration="Durata",
    cost="Costo",
    began="Inizio",
    card="Tessera",
    total="Totale",
    page="Pagina {page} di {pages}",
    unknown_time="Ora sconosciuta",
    prices="Prezzo per kWh",
    energy_note="L'energia di una ricarica è la differenza del contatore tra l'inizio e la fine.",
    estimated_note="* La stazione non conosceva l'ora: questa è stimata.",
    unknown_note="Non si sa quando avvennero le ricariche di ora sconosciuta: l'orologio non era regolato.",
    open_note="Le ricariche ancora in corso non sono comprese: {count}.",
    unpriced_note="Le ricariche senza costo iniziarono quando non era impostato un prezzo: {count}.",
    letters_note="? sta per un carattere che il font di questo documento non possiede.",
    nothing="In questo periodo non ci sono ricariche.",
    decimal=",",
    thousands=".",
    day="%d/%m/%Y",
    months=(
        "Gennaio", "Febbraio", "Marzo", "Aprile", "Maggio", "Giugno",
        "Luglio", "Agosto", "Settembre", "Ottobre", "Novembre", "Dicembre",
    ),
    columns={
        "session": "ricarica", "connector": "connettore", "who": "nome", "tag": "tessera", "began": "inizio",
        "ended": "fine", "estimated": "ora stimata", "seconds": "secondi", "energy_wh": "energia Wh",
        "meter_start_wh": "contatore all'inizio Wh", "meter_stop_wh": "contatore alla fine Wh",
        "price": "prezzo per kWh", "cost": "costo", "currency": "valuta", "reason": "motivo della fine",
        "transaction": "transazione", "begin": "inizio", "wh": "energia Wh", "yes": "sì", "no": "no",
    },
)  # fmt: skip

LANGUAGES: Mapping[str, Words] = {"en": _ENGLISH, "de": _GERMAN, "it": _ITALIAN}
"""What a document can be written in."""

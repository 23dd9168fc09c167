"""Reads a table of savings as municipalities make them: department, account, measure, kroner per year, who, status. Pure.

The heading need not be the first line; years stand in the headings; lines of totals are passed over and held against the
rows; an empty department is that of the line above. An unknown department is kept as text, never refused.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias

from administrasjon.innlesing import read_lines
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.identitet import Kind, blocks, find, message, warns
from kjerne.text import BadText, clean
from tiltak import rules
from tiltak.kroner import parse_kroner
from tiltak.rules import Slag


class Felt(StrEnum):
    """What a column holds."""

    AVDELING = "avdeling"
    ANSVAR = "ansvar"
    TILTAK = "tiltak"
    KVEN = "kven"
    STATUS = "status"
    SLAG = "slag"
    PLANLAGT = "planlagt"
    REALISERT = "realisert"
    INGEN = ""


MAX_COLUMNS: Final = 30
#: What each column is said to hold, by its place: the field and, for kroner, the year.
Val: TypeAlias = Mapping[int, tuple[Felt, int]]
#: Headings we know, in small letters without blanks, dots, dashes and underscores.
_HEADINGS: Final[Mapping[Felt, tuple[str, ...]]] = {
    Felt.AVDELING: (
        "avdeling",
        "område",
        "omrade",
        "eining",
        "enhet",
        "teneste",
        "tjeneste",
        "tjenesteområde",
        "verksemd",
        "virksomhet",
    ),
    Felt.ANSVAR: ("ansvar", "ansvarsnr", "ansvarsnummer", "konto", "ansvarkonto", "kostnadssted", "kostnadsstad"),
    Felt.TILTAK: ("tiltak", "innsparingstiltak", "sparetiltak", "skildring", "beskrivelse", "beskrivelseavtiltak", "kva", "hva"),
    Felt.KVEN: ("kven", "hvem", "ansvarleg", "ansvarlig", "ansvarlegperson", "ansvarligperson", "oppfølging", "eigar", "eier"),
    Felt.STATUS: ("status", "framdrift", "fremdrift", "merknad", "merknader", "kommentar", "kommentarar", "kommentarer"),
    Felt.SLAG: ("slag", "type", "kategori"),
    Felt.PLANLAGT: ("beløp", "belop", "innsparing", "effekt", "kr", "kroner", "planlagt", "årsverknad", "årsvirkning", "årseffekt"),
    Felt.REALISERT: ("realisert", "oppnådd", "faktisk", "rekneskap", "regnskap", "resultat"),
}
_SUMS: Final = re.compile(r"(?i)^\W*(sum|totalt?|i alt|samla|samlet|delsum|subtotal|herav|av dette)\b")
_BARE_SUM: Final = re.compile(r"(?i)^\W*(sum|totalt?|i alt|delsum|subtotal)\W*$")
_YEAR: Final = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_SLAG: Final = {
    "vedteke": Slag.VEDTEKE,
    "vedtatt": Slag.VEDTEKE,
    "vedtekne": Slag.VEDTEKE,
    "nytt": Slag.NYTT,
    "ny": Slag.NYTT,
    "nye": Slag.NYTT,
    "mogleg": Slag.MOGLEG,
    "moglege": Slag.MOGLEG,
    "mulig": Slag.MOGLEG,
    "mulige": Slag.MOGLEG,
}


@dataclass(frozen=True)
class Kolonne:
    """A column: where it stands, its heading, what it is taken for, and its year (0: none)."""

    nr: int
    namn: str
    felt: Felt
    aar: int = 0


@dataclass(frozen=True)
class Linje:
    """A row of the table. Kroner by year; `faults` keep it out, `warnings` are asked about."""

    nummer: int
    avdeling: str
    ansvar: str
    tiltak: str
    kven: str
    status: str
    slag: Slag
    planlagt: Mapping[int, int]
    realisert: Mapping[int, int]
    nokkel: str
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sparetabell:
    """A whole file: its columns, its rows, the lines of totals with what they said, and remarks worth reading."""

    kolonnar: tuple[Kolonne, ...]
    linjer: tuple[Linje, ...]
    summar: tuple[int, ...] = ()
    merknader: tuple[str, ...] = ()

    @property
    def sums(self) -> dict[int, int]:
        """Planned kroner by year, of the rows that can be kept."""
        found: dict[int, int] = {}
        for linje in self.linjer:
            for aar, kroner in linje.planlagt.items() if not linje.faults else ():
                found[aar] = found.get(aar, 0) + kroner
        return dict(sorted(found.items()))


def read(data: bytes, today: date, chosen: Val | None = None, words: frozenset[str] = frozenset()) -> Sparetabell:
    """The table in a file. `chosen` says what each column holds when the headings' own words are not to decide.

    Raises `Refused` when the file cannot be read, or no column holds the measure or kroner.
    """
    lines = read_lines(data)
    head = _head(lines)
    columns = _columns(lines[head][1], chosen)
    kinds = [column.felt for column in columns]
    if Felt.TILTAK not in kinds:
        raise Refused(_("Vel kva kolonne som seier kva tiltaket er."), "fil")
    if Felt.PLANLAGT not in kinds:
        raise Refused(_("Vel minst éi kolonne med beløp."), "fil")
    return _Reader(columns, today, words).read(lines[head + 1 :])


def columns_of(data: bytes) -> tuple[Kolonne, ...]:
    """The columns of a file and what their headings make of them. Raises `Refused` when the file cannot be read."""
    lines = read_lines(data)
    return tuple(_columns(lines[_head(lines)][1], None))


def _plain(heading: str) -> str:
    return re.sub(r"[\s._/\-:()\u00a0\ufeff]", "", heading.casefold())


def _guess(heading: str) -> tuple[Felt, int]:
    found = _YEAR.search(heading)
    year = int(found[1]) if found else 0
    word = _plain(_YEAR.sub("", heading))
    if year:
        return (Felt.REALISERT if word in _HEADINGS[Felt.REALISERT] else Felt.PLANLAGT), year
    return next((felt for felt, words in _HEADINGS.items() if word in words), Felt.INGEN), 0


def _head(lines: Sequence[tuple[int, list[str]]]) -> int:
    """The line of headings: the first of the ten first that names the measure and something else; else the first."""
    for index, (_number, cells) in enumerate(lines[:10]):
        known = {_guess(cell)[0] for cell in cells if cell.strip()} - {Felt.INGEN}
        if Felt.TILTAK in known and len(known) > 1:
            return index
    return 0


def _columns(cells: Sequence[str], chosen: Val | None) -> list[Kolonne]:
    found: list[Kolonne] = []
    taken: set[tuple[Felt, int]] = set()
    years = any(_guess(cell)[1] for cell in cells)
    for nr, cell in enumerate(cells[:MAX_COLUMNS]):
        felt, aar = _guess(cell) if chosen is None else chosen.get(nr, (Felt.INGEN, 0))
        if chosen is None and years and felt is Felt.PLANLAGT and not aar:
            felt = Felt.INGEN  # a column of totals beside those of the years
        if felt is not Felt.INGEN and (felt, aar) in taken:
            felt, aar = Felt.INGEN, 0
        taken.add((felt, aar))
        found.append(Kolonne(nr, cell.strip()[:60], felt, aar))
    return found


@dataclass
class _Reader:
    """Reads line by line; remembers the department above and the sums so far."""

    columns: Sequence[Kolonne]
    today: date
    words: frozenset[str]
    above: tuple[str, str] = ("", "")
    sums: dict[int, int] = field(default_factory=dict)
    part: dict[int, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def read(self, lines: Sequence[tuple[int, list[str]]]) -> Sparetabell:
        """All rows; what is no row is passed over."""
        rows: list[Linje] = []
        totals: list[int] = []
        for number, cells in lines:
            faults: list[str] = []
            texts = {column.felt: self._text(cells, column, faults) for column in self.columns if column.felt in _TEXTS}
            planned = self._kroner(cells, Felt.PLANLAGT, faults)
            if self._is_total(texts):
                totals.append(number)
                self._hold_total(number, planned)
            elif texts[Felt.TILTAK]:
                rows.append(self._row(number, texts, planned, self._kroner(cells, Felt.REALISERT, faults), faults))
            elif texts.get(Felt.AVDELING) and not planned:
                self.above = (texts[Felt.AVDELING], texts.get(Felt.ANSVAR, ""))
            elif planned or faults:
                self.remarks.append(_("Rad %(nr)s har beløp, men ikkje noko tiltak. Ho er ikkje teken med.", nr=number))
        return Sparetabell(tuple(self.columns), tuple(rows), tuple(totals), tuple(self.remarks))

    def _text(self, cells: Sequence[str], column: Kolonne, faults: list[str]) -> str:
        raw = cells[column.nr] if column.nr < len(cells) else ""
        try:
            text = clean(raw, max_len=_TEXTS[column.felt], multiline=False)
        except BadText as bad:
            faults.append(f"{column.namn}: {bad.message}")
            return ""
        stop = blocks(find(text, today=self.today)) if text else []
        if stop:
            faults.append(f"{column.namn}: {message(stop[0])}")
            return ""
        return text

    def _kroner(self, cells: Sequence[str], felt: Felt, faults: list[str]) -> dict[int, int]:
        found: dict[int, int] = {}
        for column in self.columns:
            raw = cells[column.nr].strip() if column.felt is felt and column.nr < len(cells) else ""
            if raw in {"", "-", "–"}:
                continue
            try:
                kroner = parse_kroner(raw[:60])
            except ValueError:
                faults.append(_("%(kolonne)s: «%(tekst)s» er ikkje eit beløp.", kolonne=column.namn, tekst=raw[:40]))
            else:
                found[column.aar] = kroner or 0
        return found

    @staticmethod
    def _is_total(texts: Mapping[Felt, str]) -> bool:
        area, measure = texts.get(Felt.AVDELING, ""), texts[Felt.TILTAK]
        if _BARE_SUM.match(measure):
            return True
        return any(_SUMS.match(one) and not other for one, other in ((area, measure), (measure, area)))

    def _hold_total(self, number: int, said: Mapping[int, int]) -> None:
        """A line of totals is right when it is the sum of everything above, or of what stands since the last one."""
        for aar, kroner in said.items():
            if kroner not in {self.sums.get(aar, 0), self.part.get(aar, 0)}:
                self.remarks.append(
                    _(
                        "Summen i rad %(nr)s er %(sagt)s, men radene over gir %(rekna)s.",
                        nr=number,
                        sagt=kroner,
                        rekna=self.sums.get(aar, 0),
                    )
                )
        self.part.clear()

    def _row(
        self, number: int, texts: Mapping[Felt, str], planned: dict[int, int], realised: dict[int, int], faults: list[str]
    ) -> Linje:
        area, account = texts.get(Felt.AVDELING, ""), texts.get(Felt.ANSVAR, "")
        if not area:
            area, account = self.above[0], account or self.above[1]
        self.above = (area, account)
        measure = texts[Felt.TILTAK]
        kind = _SLAG.get(_plain(texts.get(Felt.SLAG, "")), Slag.VEDTEKE)
        asked = tuple(said for text in (measure, texts.get(Felt.STATUS, "")) for said in self._asked(text))
        if not faults:
            for aar, kroner in planned.items():
                self.sums[aar] = self.sums.get(aar, 0) + kroner
                self.part[aar] = self.part.get(aar, 0) + kroner
        return Linje(
            number,
            area,
            account,
            measure,
            texts.get(Felt.KVEN, ""),
            texts.get(Felt.STATUS, ""),
            kind,
            planned,
            realised,
            self._key(area, account, measure),
            tuple(faults),
            asked,
        )

    def _asked(self, text: str) -> list[str]:
        """What may tell who somebody is. A date is none here: measures are full of first days."""
        found = warns(find(text, today=self.today, known_words=self.words)) if text else []
        return [message(one) for one in found if one.kind is not Kind.FODSELSDATO]

    def _key(self, *parts: str) -> str:
        """The row's key: its words, and which of several with the same words it is."""
        words = "\x1f".join(" ".join(part.casefold().split()) for part in parts)
        self.seen[words] = self.seen.get(words, 0) + 1
        return hashlib.sha256(f"{words}\x1f{self.seen[words]}".encode()).hexdigest()


_TEXTS: Final[Mapping[Felt, int]] = {
    Felt.AVDELING: rules.TITTEL_MAX,
    Felt.ANSVAR: rules.KONTO_MAX,
    Felt.TILTAK: 1000,
    Felt.KVEN: rules.TITTEL_MAX,
    Felt.STATUS: 1000,
    Felt.SLAG: 40,
}

__all__ = ["Felt", "Kolonne", "Linje", "Sparetabell", "columns_of", "read"]

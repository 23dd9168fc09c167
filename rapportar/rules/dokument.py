"""What a report consists of: sections of parts that know no medium. Page, paper, workbook and CSV draw the same parts. Pure.

Every part gives its numbers as a `Tabell`: that is what stands beside a chart and what is exported.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import TypeAlias

from kjerne.i18n import current, fdate, fnumber
from kjerne.i18n import gettext as _
from oppdragsbrev.rules import LYSNAMN, Lys
from rapportar.rules.serie import Grenser

#: A cell: a number, or a text where a part of the number is hidden or it is none.
Celle: TypeAlias = int | float | str
HIDDEN = "–"


def written(cell: Celle) -> str:
    """A cell as people read it, in the language in force. What is no whole number has one decimal, as its neighbours have."""
    return cell if isinstance(cell, str) else _number(current(), cell)


@lru_cache(maxsize=4096, typed=True)
def _number(_language: str, cell: float) -> str:
    if isinstance(cell, int):
        return fnumber(cell)
    text, point = fnumber(cell, 1), fnumber(0.5, 1)[1]
    return text if point in text else f"{text}{point}0"


@dataclass(frozen=True)
class Tabell:
    """A table. The first `ord_` columns are text, the others numbers."""

    tittel: str
    hovud: Sequence[str]
    rader: Sequence[Sequence[Celle]]
    ord_: int = 1

    def tabell(self) -> "Tabell":
        """Itself."""
        return self


@dataclass(frozen=True)
class Nokkel:
    """A key figure with the periods it is compared with beside it."""

    namn: str
    no: Celle
    andre: Sequence[Celle] = ()
    serie: Sequence[int] = ()


@dataclass(frozen=True)
class Nokkelrad:
    """A row of key figures."""

    tittel: str
    figurar: Sequence[Nokkel]
    kolonnar: Sequence[str]

    def tabell(self) -> Tabell:
        """Figure by period."""
        return Tabell(self.tittel, [_("Kva"), *self.kolonnar], [[one.namn, one.no, *one.andre] for one in self.figurar])


@dataclass(frozen=True)
class Soyler:
    """Lying bars: name and number, and what is written at the end of the bar. `hald`: the steps to draw darker, 1 to 5."""

    tittel: str
    hovud: Sequence[str]
    rader: Sequence[tuple[str, int, Celle]]
    meir: Sequence[Sequence[Celle]] = ()
    note: str = ""

    def tabell(self) -> Tabell:
        """The bars' numbers, with further columns when there are any."""
        rows: list[list[Celle]] = [[namn, vist] for namn, _tal, vist in self.rader]
        if self.meir:
            rows = [[*row, *more] for row, more in zip(rows, self.meir, strict=True)]
        return Tabell(self.tittel, self.hovud, rows)


@dataclass(frozen=True)
class Serie:
    """A run chart: months, the median, the tinted run when it is a signal, and what it says in words.

    `grenser`: XmR limits, where asked. `delt`: the place and name of the month from which the median is frozen.
    """

    tittel: str
    undertittel: str
    punkt: Sequence[tuple[str, int]]
    median: float | None
    spenn: tuple[int, int] | None
    seier: str
    kolonne: str = ""
    grenser: Grenser | None = None
    delt: tuple[int, str] | None = None

    @property
    def punkter(self) -> list[dict[str, object]]:
        """The points as the page's chart takes them."""
        return [{"namn": namn, "tal": tal} for namn, tal in self.punkt]

    def tabell(self) -> Tabell:
        """Month by month."""
        return Tabell(self.tittel, [_("Månad"), self.kolonne or _("Saker")], [[namn, tal] for namn, tal in self.punkt])


@dataclass(frozen=True)
class Varmerad:
    """A row of a heat map: cells with the step of their colour (1-6), and the sum."""

    namn: str
    celler: Sequence[tuple[Celle, int]]
    sum: Celle


@dataclass(frozen=True)
class Varme:
    """A heat map with sums both ways."""

    tittel: str
    hovud: str
    kolonnar: Sequence[str]
    rader: Sequence[Varmerad]
    sum: Sequence[Celle]
    alle: Celle
    note: str = ""

    def tabell(self) -> Tabell:
        """The same grid."""
        rows: list[list[Celle]] = [[row.namn, *[cell for cell, _step in row.celler], row.sum] for row in self.rader]
        return Tabell(self.tittel, [self.hovud, *self.kolonnar, _("Sum")], [*rows, [_("Alle"), *self.sum, self.alle]])


@dataclass(frozen=True)
class Lysrad:
    """A row of lights; each with its word or count."""

    namn: str
    celler: Sequence[tuple[Lys, str]]


@dataclass(frozen=True)
class Lysmatrise:
    """Rows by columns of lights."""

    tittel: str
    hovud: str
    kolonnar: Sequence[str]
    rader: Sequence[Lysrad]
    note: str = ""

    def tabell(self) -> Tabell:
        """The lights in words."""
        rows = [[row.namn, *[f"{LYSNAMN[lys]}{f' ({said})' if said else ''}" for lys, said in row.celler]] for row in self.rader]
        return Tabell(self.tittel, [self.hovud, *self.kolonnar], rows, ord_=1 + len(self.kolonnar))


@dataclass(frozen=True)
class Hending:
    """Something on a timeline."""

    dag: date
    slag: str
    tekst: str


@dataclass(frozen=True)
class Tidslinje:
    """What was held in a period, by kind along the months."""

    tittel: str
    forste: date
    siste: date
    hendingar: Sequence[Hending]

    def tabell(self) -> Tabell:
        """Date by date."""
        rows = [[fdate(one.dag), one.slag, one.tekst] for one in self.hendingar]
        return Tabell(self.tittel, [_("Dato"), _("Slag"), _("Kva")], rows, ord_=3)


@dataclass(frozen=True)
class Setning:
    """A sentence of the system's own."""

    tekst: str

    def tabell(self) -> None:
        """No numbers of its own."""


Del: TypeAlias = Tabell | Nokkelrad | Soyler | Serie | Varme | Lysmatrise | Tidslinje | Setning


@dataclass(frozen=True)
class Kommentar:
    """What a leader has written to a section, by whom and when. `versjon` 0: nothing yet."""

    tekst: str = ""
    namn: str = ""
    tid: datetime | None = None
    versjon: int = 0


@dataclass(frozen=True)
class Bolk:
    """A section of a report."""

    kode: str
    tittel: str
    delar: Sequence[Del]
    kommentar: Kommentar = field(default_factory=Kommentar)


@dataclass(frozen=True)
class Dokument:
    """A report: what, for whom, when its numbers were read, its sections, and what is left out and why."""

    slag: str
    namn: str
    eining: str
    einingskode: str
    periode: str
    periodenamn: str
    ferdig: bool
    tid: datetime
    bolkar: Sequence[Bolk]
    ikkje_med: Sequence[tuple[str, str, str]]
    heilt: bool
    merknader: Sequence[str] = ()

    def tabellar(self) -> list[tuple[Bolk, Tabell]]:
        """Every table of numbers with its section, in order."""
        found = []
        for bolk in self.bolkar:
            for part in bolk.delar:
                table = part.tabell()
                if table is not None:
                    found.append((bolk, table))
        return found

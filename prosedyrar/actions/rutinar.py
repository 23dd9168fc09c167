"""The municipality's own needed routines: added, changed from a day on, no longer needed from a day on. Nothing is deleted."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from kjerne import log
from kjerne.access import ROLLENAMN
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import fdate
from kjerne.i18n import gettext as _
from kjerne.work import Work
from prosedyrar.behov import ALL, Slag
from prosedyrar.models.behov import Eigenrutine
from prosedyrar.queries.rutinar import Kjede, get_chain, may_edit
from prosedyrar.rules import Tema

DAY = timedelta(days=1)
FURTHEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Rutine:
    """What a needed routine says: its words, theme, kinds of units (empty: all), where the duty stands, and whose it is."""

    nn: str
    nb: str
    en: str
    tema: str
    slag: tuple[str, ...]
    heimel: str = ""
    ansvar: str = ""

    def columns(self) -> dict[str, str]:
        """As the table holds it."""
        return {**asdict(self), "slag": "|".join(sorted(self.slag)) or ALL}


def _demand(work: Work, rutine: Rutine, first: date) -> None:
    if not may_edit(work):
        raise NotFound
    if not all((rutine.nn, rutine.nb, rutine.en)):
        raise Refused(_("Skriv kva rutina er, på alle tre språka."), "nn")
    if rutine.tema not in set(Tema):
        raise Refused(_("Vel eit tema i lista."), "tema")
    if not set(rutine.slag) <= {kind.value for kind in Slag}:
        raise Refused(_("Vel kva slags eining det er."), "slag")
    if rutine.ansvar and rutine.ansvar not in {rolle.value for rolle in ROLLENAMN}:
        raise Refused(_("Vel ei rolle i lista."), "ansvar")
    _demand_day(work, first, "gjeld_fra")


def _demand_day(work: Work, day: date, field: str) -> None:
    if not work.today <= day <= work.today + FURTHEST:
        raise Refused(_("Vel i dag eller ein seinare dag, innan tre år."), field)


def _note(work: Work, row: Eigenrutine, slag: str, fields: list[str]) -> None:
    log.record(
        work, "rutinebehov", row.kode, f"rutinebehov:{slag}", felt=",".join(sorted(fields)),
        gjeld_fra=row.gjeld_fra.isoformat(), gjeld_til=row.gjeld_til.isoformat() if row.gjeld_til else None,
    )  # fmt: skip


def _new(work: Work, kode: str, columns: dict[str, str], first: date) -> Eigenrutine:
    row = Eigenrutine(kode=kode, gjeld_fra=first, endra=work.now, endra_av_id=work.me.id, **columns)
    work.db.add(row)
    return row


def add(work: Work, rutine: Rutine, first: date) -> Eigenrutine:
    """A routine more that units need, from a day on. Raises `NotFound` without the right, `Refused` for bad values.

    Heimel: forskrift om leiing og kvalitetsforbetring § 6 d og § 7 c; kommunelova § 25-1 b.
    """
    _demand(work, rutine, first)
    number = (work.db.scalar(select(func.max(Eigenrutine.id))) or 0) + 1
    row = _new(work, f"eigen-{number}", rutine.columns(), first)
    work.db.flush()
    _note(work, row, "ny", list(rutine.columns()))
    return row


def _get(work: Work, kode: str, stempel: str, mine: str) -> Kjede:
    if not may_edit(work):
        raise NotFound
    chain = get_chain(work, kode)
    if stempel != chain.stempel:
        raise Conflict(
            _("Nokon andre endra denne rutina medan du heldt på. Ditt er ikkje lagra."), mine=mine, theirs=chain.nyaste.label
        )
    return chain


def change(work: Work, kode: str, rutine: Rutine, first: date, stempel: str) -> bool:
    """Change it from a day on; one that was retired is needed again. False when nothing differs.

    `stempel` is what the form was drawn from (`Conflict` when somebody was first). A second change for the same day corrects
    the first. Raises `Refused` for a day before a planned change.
    """
    chain = _get(work, kode, stempel, rutine.nn)
    row, columns = chain.nyaste, rutine.columns()
    differs = [name for name, value in columns.items() if getattr(row, name) != value]
    if not differs and row.gjeld_til is None and first >= row.gjeld_fra:
        return False
    _demand(work, rutine, first)
    if first < row.gjeld_fra:
        raise Refused(_("Det ligg ei planlagd endring frå %(dato)s. Vel den dagen.", dato=fdate(row.gjeld_fra)), "gjeld_fra")
    if first == row.gjeld_fra:
        for name, value in columns.items():
            setattr(row, name, value)
        row.gjeld_til, row.endra, row.endra_av_id = None, work.now, work.me.id
    else:
        if row.gjeld_til is None or row.gjeld_til >= first:
            row.gjeld_til = first - DAY
        work.db.flush()
        row = _new(work, kode, columns, first)
    work.db.flush()
    _note(work, row, "endra", differs)
    return True


def retire(work: Work, kode: str, first_without: date, stempel: str) -> None:
    """Nobody needs it from a day on. What was said about it in units stays, and counts again if it is needed again."""
    chain = _get(work, kode, stempel, "")
    row = chain.nyaste
    _demand_day(work, first_without, "slutt_fra")
    if chain.slutta:
        raise Refused(_("Denne er alt teken ut av lista."), "slutt_fra")
    if first_without <= row.gjeld_fra:
        raise Refused(_("Vel ein dag etter %(dato)s, då ho byrjar å gjelde.", dato=fdate(row.gjeld_fra)), "slutt_fra")
    row.gjeld_til, row.endra, row.endra_av_id = first_without - DAY, work.now, work.me.id
    work.db.flush()
    _note(work, row, "avslutta", ["gjeld_til"])

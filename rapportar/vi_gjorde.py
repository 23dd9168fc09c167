"""«De melde – vi gjorde»: one page a month for the staff meeting. Counts only, small ones in words; the leader edits the texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from reportlab.platypus import Flowable, Spacer
from sqlalchemy import func, or_, select

from avvik.models import AvvikGrovsum
from avvik.queries.tal import Figurar, Tal, figures
from avvik.queries.tal_periode import first_day, shift
from kjerne import pdf
from kjerne.clock import from_oslo
from kjerne.i18n import current, ngettext
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.innstilling import settings
from kjerne.models import Eining
from kjerne.pdf import Node, Text
from kjerne.utsjanad import own_look
from kjerne.work import Work
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from prosedyrar.rules import Tilstand
from rapportar.dokument import comments
from rapportar.papir.papir import LANGUAGE, cut
from rapportar.rules.dokument import Kommentar
from rapportar.rules.perioder import Val
from tiltak.models import Tiltak

SLAG = "vi_gjorde"
TITLES = {"meldt": _l("De melde"), "gjort": _l("Vi gjorde"), "snakk": _l("Éin ting å snakke om")}
MOST_DOCUMENTS = 6
BIG, HEAD = pdf.style(17, leading=25, spaceAfter=8), pdf.style(24, fontName=pdf.BOLD, spaceBefore=22, spaceAfter=10)


@dataclass(frozen=True)
class Ark:
    """The sheet: its three texts, what the system would write, and what the leader has written instead."""

    eining: str
    periode: str
    forslag: dict[str, str]
    skrive: dict[str, Kommentar]

    def tekst(self, bolk: str) -> str:
        """The text that is printed: the leader's, else the proposal."""
        own = self.skrive.get(bolk)
        return own.tekst if own and own.tekst else self.forslag[bolk]


def build(work: Work, eining: Eining, val: Val) -> Ark:
    """The sheet of a unit and a month. The caller has asked for the right to reports; numbers ask for their own."""
    found = figures(work, eining, val.no, beside=False)
    limit = int(settings(work.db)["gruppegrense"])
    proposal = {
        "meldt": _reported(found, _parts(work, eining, val), limit),
        "gjort": _done(work, eining, val, found),
        "snakk": _talk(found, limit),
    }
    return Ark(eining.namn, val.no.namn, proposal, comments(work, SLAG, eining, val.kode))


def at_least(parts: Sequence[int], limit: int) -> tuple[bool, int]:
    """Whether the sum of some units' own counts may be told, and the sum with each small one (1 to `limit` - 1) taken as one. Pure.

    What is told is the same whatever the small ones are, so neither this sheet nor this one beside those of other units gives
    one of them back, also to a reader who knows the rule.
    """
    small = [part for part in parts if 0 < part < limit]
    return not small, sum(part for part in parts if part >= limit) + len(small)


def _reported(found: Figurar, parts: Mapping[str, Sequence[int]], limit: int) -> str:
    """How many of each type, and in all: exact where no unit has a small part of it, else "at least", or "a few"."""
    rows = [(row.namn, row.sum, parts.get(row.kode, ())) for row in found.typar.rader if row.sum.n or not row.sum.heil]
    if not rows:
        return _("Ingen melde avvik denne månaden. Har det vore roleg, eller har det vore for travelt til å melde?")
    known, low = at_least([count for _name, _tal, units in rows for count in units], limit)
    if low < limit or not all(tal.heil for _name, tal, _units in rows):
        lines = [_("Takk for at de melde!")]
    elif known:
        lines = [ngettext("Takk! De melde %(num)s avvik.", "Takk! De melde %(num)s avvik.", low)]
    else:
        lines = [_("Takk! De melde minst %(n)s avvik.", n=low)]
    return "\n".join([*lines, *(f"{name}: {_count(tal, units, limit)}" for name, tal, units in rows)])


def _count(tal: Tal, units: Sequence[int], limit: int) -> str:
    known, low = at_least(units, limit)
    if not tal.heil or low < limit:
        return _("nokre få")
    return str(low) if known else _("minst %(n)s", n=low)


def _parts(work: Work, eining: Eining, val: Val) -> dict[str, list[int]]:
    """The counted cases of the month by type: one number for each unit of the subtree. One query."""
    below = select(Eining.id).where(Eining.sti.startswith(eining.sti, autoescape=False))
    rows = work.db.execute(
        select(AvvikGrovsum.kode, AvvikGrovsum.eining_id, func.sum(AvvikGrovsum.saker))
        .where(
            AvvikGrovsum.eining_id.in_(below),
            AvvikGrovsum.slag == "type",
            AvvikGrovsum.manad.between(val.no.manadar[0], val.no.manadar[-1]),
            AvvikGrovsum.saker != 0,
        )
        .group_by(AvvikGrovsum.kode, AvvikGrovsum.eining_id)
    )
    found: dict[str, list[int]] = {}
    for kind, _unit, count in rows:
        found.setdefault(kind, []).append(int(count))
    return found


def _done(work: Work, eining: Eining, val: Val, found: Figurar) -> str:
    """What changed: practice, procedures and measures of the month."""
    lines, limit = [], int(settings(work.db)["gruppegrense"])
    changed = found.endra.del_
    if changed.heil and changed.n >= limit:
        lines.append(_("%(n)s saker førte til endra prosedyre eller ny praksis.", n=changed.n))
    elif changed.n or not changed.heil:
        lines.append(_("Nokre saker førte til endra prosedyre eller ny praksis."))
    documents = _documents(work, eining, val)
    if documents:
        lines.append(_("Nye eller endra prosedyrar: %(namn)s.", namn=", ".join(documents)))
    measures = _measures(work, eining, val)
    if measures:
        lines.append(ngettext("%(num)s tiltak er gjort ferdig.", "%(num)s tiltak er gjorde ferdige.", measures))
    return "\n".join(lines) or _("Ingenting er endra enno. Leiaren fortel kva som er på veg.")


def _documents(work: Work, eining: Eining, val: Val) -> list[str]:
    """Titles of valid procedures that began to hold in the month, of the unit, those above and those below it."""
    line = [int(part) for part in eining.sti.split("/") if part]
    below = select(Eining.id).where(Eining.sti.startswith(eining.sti, autoescape=False))
    rows = work.db.scalars(
        select(Prosedyre.tittel)
        .join(ProsedyreVersjon, Prosedyre.id == ProsedyreVersjon.prosedyre_id)
        .where(
            ProsedyreVersjon.tilstand == Tilstand.GYLDIG,
            ProsedyreVersjon.gyldig_fra.between(val.forste, val.siste),
            or_(Prosedyre.eining_id.in_(line), Prosedyre.eining_id.in_(below)),
        )
        .order_by(ProsedyreVersjon.gyldig_fra, ProsedyreVersjon.id)
        .limit(MOST_DOCUMENTS)
    )
    return list(rows)


def _measures(work: Work, eining: Eining, val: Val) -> int:
    first = from_oslo(datetime.combine(val.forste, time()))
    end = from_oslo(datetime.combine(first_day(shift(val.no.manadar[-1], 1)), time()))
    below = select(Eining.id).where(Eining.sti.startswith(eining.sti, autoescape=False))
    count = select(func.count()).select_from(Tiltak)
    mine = (Tiltak.eining_id.in_(below), Tiltak.skjerma.is_(False), Tiltak.ferdig_tid >= first, Tiltak.ferdig_tid < end)
    return work.db.scalar(count.where(*mine, Tiltak.avslutta)) or 0


def _talk(found: Figurar, limit: int) -> str:
    """A question about the most common type, when it is common enough to be nobody's."""
    rows = [(row.sum.n, row.namn) for row in found.typar.rader if row.sum.heil and row.sum.n >= limit]
    if not rows:
        return _("Kva gjer det lett eller vanskeleg å melde hos oss?")
    return _("Flest meldingar gjaldt %(kva)s. Kva er det vi sjølve kan gjere annleis?", kva=f"«{max(rows)[1]}»")


def paper(work: Work, ark: Ark) -> bytes:
    """The sheet as a PDF with big type, in the language in force."""
    ours, look = settings(work.db)["kommune"], own_look(work)
    title = _("De melde – vi gjorde")

    def story(root: Node) -> list[Flowable]:
        band = pdf.Band(
            [
                Text(root.add("H1"), title, pdf.TITLE),
                Text(root.add("P"), f"{ark.eining} · {ark.periode}", pdf.style(13, textColor=pdf.WHITE)),
            ],
            ground=look.farge,
            mark=look.logo,
        )
        pieces: list[Flowable] = [band, Spacer(1, 6)]
        for bolk, heading in TITLES.items():
            pieces.append(Text(root.add("H2"), heading, HEAD))
            lines = [piece for line in ark.tekst(bolk).split("\n") if line.strip() for piece in cut(line)]
            pieces += [Text(root.add("P"), line, BIG) for line in lines]
        return pieces

    what = pdf.Paper(f"{title}, {ark.eining}, {ark.periode}", LANGUAGE[current()], ours, _("Ingen saker er attgjevne, berre tal."))
    return pdf.build(what, story, lambda page, total: _("Side %(side)s av %(alle)s", side=page, alle=total))

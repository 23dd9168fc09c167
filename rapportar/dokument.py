"""Puts a report together: each section of its kind, read as its receiver may; what has nothing to say is listed with the reason."""

from collections.abc import Collection

from sqlalchemy import select

from avvik.queries.tal import Figurar
from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person
from kjerne.work import Work
from rapportar.models import Rapporttekst
from rapportar.rules.dokument import Bolk, Dokument, Kommentar
from rapportar.rules.perioder import BadPeriod, Val, read_period
from rapportar.slag import SLAG, Slag
from rapportar.slag.grunnlag import Grunnlag, Manglar


def get_slag(kode: str) -> Slag:
    """A kind by its code; another is `NotFound`."""
    found = SLAG.get(kode)
    if found is None:
        raise NotFound
    return found


def get_unit(work: Work, kode: str, right: Right = Right.RAPPORT_LES) -> Eining:
    """The unit with that code where she holds the right, else the topmost of them; outside them `NotFound`."""
    units = work.units(right)
    if kode:
        found = work.db.scalar(select(Eining).where(Eining.kode == kode.replace("\x00", ""), Eining.id.in_(units)))
    else:
        rows = work.db.scalars(select(Eining).where(Eining.id.in_(units)))
        found = min(rows, key=lambda row: (row.sti.count("/"), row.sti), default=None)
    if found is None:
        raise NotFound
    return found


def get_period(work: Work, kode: str) -> Val:
    """A period that has begun. Raises `Refused` for another."""
    try:
        val = read_period(kode)
    except BadPeriod:
        raise Refused(
            _("Perioden er ikkje til å forstå. Skriv 2026, 2026-T2, 2026-K3 eller 2026-10."),
            "periode",
        ) from None
    if val.forste > work.today:
        raise Refused(_("Perioden har ikkje byrja enno."), "periode")
    return val


def comments(work: Work, slag: str, eining: Eining, periode: str) -> dict[str, Kommentar]:
    """What leaders have written, by section. One query."""
    rows = work.db.execute(
        select(Rapporttekst, Person.namn)
        .join(Person, Person.id == Rapporttekst.person_id)
        .where(Rapporttekst.slag == slag, Rapporttekst.eining_id == eining.id, Rapporttekst.periode == periode)
    )
    return {row.bolk: Kommentar(row.tekst, namn, row.endra, row.versjon) for row, namn in rows}


def build(
    work: Work, slag: Slag, eining: Eining, val: Val, right: Right = Right.RAPPORT_LES, *, utdrag: Collection[str] = ()
) -> Dokument:
    """The report as the person of `work` may see it. `NotFound` when she does not hold the right on the unit.

    `utdrag`: the sections an answer is to have, beside what is written; none means all.
    """
    if not work.has(right, eining.id):
        raise NotFound
    g = Grunnlag(work, eining, val)
    said = comments(work, slag.kode, eining, val.kode)
    bolkar: list[Bolk] = []
    left_out: list[tuple[str, str, str]] = []
    for one in slag.chosen(utdrag):
        own = said.get(one.kode, Kommentar())
        if not all(work.has(right, eining.id) for right in one.trong):
            left_out.append((one.kode, str(one.tittel), _("Mottakaren har ikkje tilgang til det bolken byggjer på.")))
            continue
        try:
            parts = one.lag(g)
            why = str(_("Leiaren har ikkje skrive noko her.")) if not parts else ""
        except Manglar as lack:
            parts, why = (), lack.grunn
        if parts or own.tekst:
            bolkar.append(Bolk(one.kode, str(one.tittel), parts, own))
        else:
            left_out.append((one.kode, str(one.tittel), why))
    whole = all(figur.heilt for figur in g.held.values() if isinstance(figur, Figurar))
    return Dokument(
        slag=slag.kode,
        namn=str(slag.namn),
        eining=eining.namn,
        einingskode=eining.kode,
        periode=val.kode,
        periodenamn=val.no.namn,
        ferdig=val.over(work.today),
        tid=work.now,
        bolkar=bolkar,
        ikkje_med=left_out,
        heilt=whole,
        merknader=_notes(val, whole=whole, over=val.over(work.today), utdrag=bool(utdrag)),
    )


def culture() -> str:
    """What stands under every count of deviations."""
    return _(
        "Fleire meldingar kan bety betre meldekultur. Talet på avvik rangerer ikkje einingane. Varsel er ikkje med i noko tal."
    )


def _notes(val: Val, *, whole: bool, over: bool, utdrag: bool) -> list[str]:
    """What the reader must know of the numbers."""
    found = [_("Dette er eit utdrag: bolkane er valde for dette svaret.")] if utdrag else []
    if not over:
        found.append(_("Perioden er ikkje slutt, så tala kjem til å auke."))
    if not whole:
        found.append(_("Små tal er skjulte utanfor det mottakaren les."))
    found += [
        _("Lys og det som er ope, er slik det står når tala er henta. Resten gjeld %(periode)s.", periode=val.no.namn),
        culture(),
    ]
    return found

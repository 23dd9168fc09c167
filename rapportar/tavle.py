"""Boards of key figures for a role: sections of the reports beside each other, and the views a person has saved.

A board is defined as a kind of report is, over the same sections, so its figures are those of the reports. It reads as its
reader may: what a section asks for and she does not hold is left out and said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from administrasjon.events import Pseudonymisert
from kjerne.access import Right, Rolle
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.models import Eining
from kjerne.work import Handler, Work
from rapportar import dokument
from rapportar.models import Vising
from rapportar.rules.perioder import BadPeriod, Rytme, last_ended, name_of, read_period
from rapportar.slag import Slag, avvik, bevis, nokkeltal

MOST, NAME = 20, 60
#: Periods that move with time: the last whole one of a rhythm.
RULLANDE: Mapping[str, Rytme] = {f"siste-{rytme.value}": rytme for rytme in Rytme}
RULLANDENAMN = {
    "siste-manad": _l("Siste heile månad"),
    "siste-kvartal": _l("Siste heile kvartal"),
    "siste-tertial": _l("Siste heile tertial"),
    "siste-ar": _l("Siste heile år"),
}
ALLE: tuple[Slag, ...] = (
    Slag(
        "leiar",
        _l("Eininga mi"),
        _l("Det som er ope, det som er meldt, tiltak og kompetanse."),
        Rytme.MANAD,
        (avvik.HOVUDTAL, avvik.OPNE, avvik.TYPAR, avvik.UTVIKLING, avvik.FORFALNE, bevis.TILTAK, bevis.KOMPETANSE),
    ),
    Slag(
        "kvalitet",
        _l("Kvalitet"),
        _l("Einingane ved sida av kvarandre, handsaming, læring, risiko og rutinar."),
        Rytme.KVARTAL,
        (
            avvik.HOVUDTAL,
            avvik.UTVIKLING,
            avvik.EININGAR,
            avvik.HANDSAMING,
            avvik.ALVOR,
            avvik.LAERING,
            nokkeltal.STILLE,
            bevis.ROS,
            bevis.RUTINAR,
        ),
    ),
    Slag(
        "leiing",
        _l("Leiing"),
        _l("Dei sju punkta, utvikling, tiltak, sjukefråvær og økonomi."),
        Rytme.TERTIAL,
        (
            avvik.HOVUDTAL,
            bevis.MATRISE,
            avvik.UTVIKLING,
            avvik.LAERING,
            bevis.TILTAK,
            nokkeltal.SJUKEFRAVAER,
            nokkeltal.OKONOMI,
            bevis.STYRING,
        ),
    ),
    Slag(
        "hms",
        _l("HMS"),
        _l("Avvik om tilsette, vernerundar og møte, sjukefråvær."),
        Rytme.KVARTAL,
        (avvik.HOVUDTAL, avvik.SKADAR, avvik.TYPAR, avvik.UTVIKLING, bevis.HMS, nokkeltal.SJUKEFRAVAER),
    ),
)
TAVLER: Mapping[str, Slag] = {one.kode: one for one in ALLE}
#: The board a role sees first; who has several roles sees that of the first here.
FORST = (
    (Rolle.KVALITETSKOORDINATOR, "kvalitet"),
    (Rolle.KOMMUNALSJEF, "leiing"),
    (Rolle.SEKTORLEIAR, "leiing"),
    (Rolle.LEIING, "leiing"),
    (Rolle.LEIAR, "leiar"),
    (Rolle.VERNEOMBOD, "hms"),
)


@dataclass(frozen=True)
class Val:
    """What a board shows: which one, of which unit, and the period as it was chosen (`siste-kvartal` or 2026-K3)."""

    tavle: Slag
    eining: Eining
    periode: str

    def kode(self, today: date) -> str:
        """The code of the period it shows today."""
        return last_ended(RULLANDE[self.periode], today) if self.periode in RULLANDE else self.periode


def first_of(work: Work) -> str:
    """The board her role sees first."""
    return next((kode for rolle, kode in FORST if work.has_role(rolle)), ALLE[1].kode)


def chosen(work: Work, asked: Mapping[str, str]) -> Val:
    """What an address or a form asks for. `NotFound` for a board or unit that is not hers, `Refused` for what is no period."""
    tavle = TAVLER.get(asked.get("tavle") or first_of(work))
    if tavle is None:
        raise NotFound
    eining = dokument.get_unit(work, asked.get("eining", "")[:40], Right.AVVIK_TAL)
    periode = asked.get("periode", "")[:20] or f"siste-{tavle.rytme.value}"
    if periode not in RULLANDE:
        dokument.get_period(work, periode)
    return Val(tavle, eining, periode)


def saved(work: Work) -> list[tuple[Vising, str]]:
    """The views she has saved of units whose numbers she still sees, with the unit's code, by name. One query."""
    rows = work.db.execute(
        select(Vising, Eining.kode)
        .join(Eining, Eining.id == Vising.eining_id)
        .where(Vising.person_id == work.me.id, Vising.eining_id.in_(work.units(Right.AVVIK_TAL)))
        .order_by(Vising.namn, Vising.id)
    )
    return [(row, kode) for row, kode in rows if row.tavle in TAVLER]


def save(work: Work, name: str, val: Val) -> Vising:
    """Keep a view under a name; the same name again replaces it. Raises `Refused` without a name or with too many."""
    if not name:
        raise Refused(_("Skriv eit namn på visinga."), "namn")
    row = work.db.scalar(select(Vising).where(Vising.person_id == work.me.id, Vising.namn == name))
    if row is None:
        count = work.db.scalar(select(func.count()).select_from(Vising).where(Vising.person_id == work.me.id)) or 0
        if count >= MOST:
            raise Refused(_("Du har %(n)s lagra visingar. Slett ei før du lagrar ei ny.", n=MOST), "namn")
        row = Vising(person_id=work.me.id, namn=name)
        work.db.add(row)
    row.tavle, row.eining_id, row.periode, row.laga = val.tavle.kode, val.eining.id, val.periode, work.now
    work.db.flush()
    return row


def remove(work: Work, vising_id: int) -> None:
    """Delete a view of her own; another's is `NotFound`."""
    row = work.db.scalar(select(Vising).where(Vising.id == vising_id, Vising.person_id == work.me.id))
    if row is None:
        raise NotFound
    work.db.delete(row)


def period_name(periode: str) -> str:
    """A period as it was chosen, in words."""
    if periode in RULLANDENAMN:
        return str(RULLANDENAMN[periode])
    try:
        return name_of(read_period(periode).kode)
    except BadPeriod:
        return periode


def on_forgotten(work: Work, event: object) -> None:
    """Her saved views go with her name."""
    if isinstance(event, Pseudonymisert):
        for row in work.db.scalars(select(Vising).where(Vising.person_id == event.person_id)).all():
            work.db.delete(row)
        work.db.flush()


HANDLERS: dict[type, tuple[Handler, ...]] = {Pseudonymisert: (on_forgotten,)}


def units(work: Work) -> Sequence[Eining]:
    """Where she sees numbers, in the organisation's order. One query."""
    rows = work.db.scalars(select(Eining).where(Eining.id.in_(work.units(Right.AVVIK_TAL))).order_by(Eining.sti))
    return [row for row in rows if row.is_active(work.today)]

"""Needs in words, the needs of one unit with where they come from, and the law's professions for the municipality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from kjerne.access import ROLLENAMN, Right, Rolle
from kjerne.errors import NotFound
from kjerne.i18n import gettext as _
from kjerne.i18n import ngettext
from kjerne.katalog import Yrke, in_force
from kjerne.models import Eining, Person
from kjerne.work import Work
from kompetanse import rules
from kompetanse.models import Kompetanse, Kompetansebehov, Lovyrke
from kompetanse.queries import kart
from kompetanse.queries.kart import Behov, Unit
from kompetanse.rules import Omfang
from prosedyrar.behov import SLAGNAMN


@dataclass(frozen=True)
class Setning:
    """Says a need as a sentence; holds the words, read once."""

    yrke: Mapping[str, str]
    type: Mapping[str, str]

    @classmethod
    def of(cls, work: Work) -> "Setning":
        """With the words in the language in force."""
        return cls(
            {row.kode: row.label for row in work.db.scalars(in_force(Yrke, work.today))},
            {slag.value: str(name) for slag, name in SLAGNAMN.items()},
        )

    def whom(self, one: Behov | Kompetansebehov) -> str:
        """The group a need is about."""
        codes = sorted(one.yrker) if isinstance(one.yrker, frozenset) else [code for code in one.yrker.split("|") if code]
        parts = [(label := self.yrke.get(code, code))[:1].lower() + label[1:] for code in codes]
        if one.rolle:
            parts.append(str(ROLLENAMN[Rolle(one.rolle)]).lower())
        if one.vakt:
            parts.append(_("vakt: %(vakt)s", vakt=str(rules.VAKTNAMN[one.vakt]).lower()))
        return ", ".join(parts)

    def say(self, one: Behov | Kompetansebehov) -> str:
        """Such as: Alle (sjukepleiar, vernepleiar), kan utføre sjølvstendig."""
        if one.omfang == Omfang.INGEN:
            return _("Ikkje kravd her")
        words = {
            Omfang.ALLE: _("Alle"),
            Omfang.MINST: ngettext("Minst éin", "Minst %(num)s", one.tal),
            Omfang.MINST_VAKT: ngettext("Minst éin på kvar vakttype", "Minst %(num)s på kvar vakttype", one.tal),
            Omfang.ANDEL: _("Minst %(n)s prosent", n=one.tal),
        }
        many = words[Omfang(one.omfang)]
        group = self.whom(one)
        level = str(rules.NIVANAMN[one.niva]).lower()
        return f"{many} ({group}), {level}" if group else f"{many}, {level}"


@dataclass(frozen=True)
class Behovslinje:
    """A need that holds in a unit: the row, what it is of, where it was set, and whether an override replaced it here."""

    rad: Kompetansebehov
    kompetanse: Kompetanse
    fra: Eining
    eige: bool
    erstatta: bool


def lines(work: Work, unit: Eining) -> list[Behovslinje]:
    """The needs of a unit, its own and inherited, also those an override has replaced here."""
    day = work.today
    found = kart.units_of(work.db, [unit.id], day)
    kind = found[0].type if found else ""
    here = [int(part) for part in unit.sti.split("/") if part]
    rows = work.db.execute(
        select(Kompetansebehov, Kompetanse, Eining)
        .join(Kompetanse, Kompetanse.id == Kompetansebehov.kompetanse_id)
        .join(Eining, Eining.id == Kompetansebehov.eining_id)
        .where(
            Kompetansebehov.eining_id.in_(here),
            or_(Kompetansebehov.gjeld_til.is_(None), Kompetansebehov.gjeld_til >= day),
        )
        .order_by(Kompetanse.rekkje, Eining.sti, Kompetansebehov.id)
    ).all()
    chosen = [row for row in rows if row[0].eining_id == unit.id or row[0].einingsslag in {"", kind}]
    replaced = {row[0].overstyrer_id for row in chosen if row[0].gjeld_fra <= day and row[0].einingsslag in {"", kind}}
    return [Behovslinje(row[0], row[1], row[2], row[0].eining_id == unit.id, row[0].id in replaced) for row in chosen]


def get_need(work: Work, behov_id: int) -> Kompetansebehov:
    """A need set on one of her units. Raises `NotFound`."""
    found = work.db.scalars(
        select(Kompetansebehov).where(
            Kompetansebehov.id == behov_id, Kompetansebehov.eining_id.in_(work.units(Right.KOMPETANSE_SKRIV))
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Lovlinje:
    """A profession of the law and whether the municipality has it. `tal` is None when the count is hidden."""

    id: int
    namn: str
    heimel: str
    har: bool
    tal: int | None


def law_professions(work: Work) -> Sequence[Lovlinje]:
    """The law's professions for the municipality as a whole (helse- og omsorgstenestelova § 3-2): who is employed today.

    Counts below five are hidden from those who do not see persons by name in the whole municipality.
    """
    rows = work.db.scalars(in_force(Lovyrke, work.today)).all()
    counts: dict[str, int] = {
        code: count
        for code, count in work.db.execute(
            select(Person.yrke, func.count()).where(kart.employed(work.today), Person.yrke.is_not(None)).group_by(Person.yrke)
        )
        if code
    }
    tops = set(work.db.scalars(select(Eining.id).where(Eining.overordna_id.is_(None))))
    full = tops <= work.units(Right.KOMPETANSE_LES)
    found = []
    for row in rows:
        count = sum(counts.get(code, 0) for code in row.yrker.split("|"))
        hidden = not full and 0 < count < rules.SKJUL_UNDER
        found.append(Lovlinje(row.id, row.label, row.heimel, count > 0, None if hidden else count))
    return found


__all__ = ["Behovslinje", "Lovlinje", "Setning", "Unit", "get_need", "law_professions", "lines"]

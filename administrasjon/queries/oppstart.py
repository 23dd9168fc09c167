"""What must stand before a municipality is up: each step with its state, read from the data itself."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from kjerne.access import Right, Rolle
from kjerne.i18n import Lazy, ngettext
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.innstilling import DEFAULTS, settings
from kjerne.models import Eining, Loggline, Person, Tilgang
from kjerne.work import Work

#: The three roles a municipality needs to be up.
TRENGST: tuple[tuple[Rolle, Lazy], ...] = (
    (Rolle.LEIAR, _l("leiar")),
    (Rolle.KVALITETSKOORDINATOR, _l("kvalitetskoordinator")),
    (Rolle.ADMINISTRATOR, _l("administrator")),
)


@dataclass(frozen=True)
class Steg:
    """One step: what, how it stands, and where it is done. `rett`: who may open that page; others are told who can."""

    tekst: str
    stand: str
    gjort: bool
    lenkje: str
    rett: Right | None = None


def _counts(work: Work) -> dict[str, int]:
    """Everything that is counted, in one query."""
    today = work.today
    unit = and_(Eining.gjeld_fra <= today, or_(Eining.gjeld_til.is_(None), Eining.gjeld_til >= today))
    holds = and_(Tilgang.gjeld_fra <= today, or_(Tilgang.gjeld_til.is_(None), Tilgang.gjeld_til >= today))

    def count(table: type, *where: ColumnElement[bool]) -> Any:
        return select(func.count()).select_from(table).where(*where)

    parts: dict[str, Any] = {
        "einingar": count(Eining, unit),
        "utan_leiar": count(Eining, unit, Eining.leiar_id.is_(None)),
        "personar": count(Person),
        "saker": select(exists().where(Loggline.subjekt_type == "avvik")),
        **{rolle.value: count(Tilgang, holds, Tilgang.rolle == rolle.value) for rolle, _name in TRENGST},
    }
    row = work.db.execute(select(*(query.scalar_subquery().label(name) for name, query in parts.items()))).one()
    return {name: int(value or 0) for name, value in row._mapping.items()}  # noqa: SLF001 - SQLAlchemy's public name for it


def checklist(work: Work, ours: dict[str, str]) -> list[Steg]:
    """The steps in the order one takes them."""
    tal = _counts(work)
    lacking = [str(name) for rolle, name in TRENGST if not tal[rolle.value]]
    units = ngettext("%(num)s eining", "%(num)s einingar", tal["einingar"]) if tal["einingar"] else _("Ingen enno")
    led = _(
        "%(n)s av %(alle)s einingar manglar leiar. Sakene deira går til den neste over.", n=tal["utan_leiar"], alle=tal["einingar"]
    )
    channels = [name for key, name in (("varselkanal", _("varsel")), ("klagekanal", _("klage"))) if not ours[key]]
    return [
        Steg(
            _("Skriv namnet på kommunen"),
            ours["kommune"],
            ours["kommune"] not in {"", DEFAULTS["kommune"]},
            "/innstillingar/kommunen",
        ),
        Steg(_("Les inn einingane"), units, tal["einingar"] > 1, "/innlesing/?slag=einingar", Right.PERSON_SKRIV),
        Steg(
            _("Les inn dei tilsette"),
            ngettext("%(num)s person", "%(num)s personar", tal["personar"]),
            tal["personar"] > 1,
            "/innlesing/?slag=personar",
            Right.PERSON_SKRIV,
        ),
        Steg(
            _("Gi dei tre rollene: leiar, kvalitetskoordinator og administrator"),
            _("Manglar: %(roller)s", roller=", ".join(lacking))
            if lacking
            else (led if tal["utan_leiar"] else _("Alle tre er gitt.")),
            not lacking,
            "/einingar/" if not lacking and tal["utan_leiar"] else "/personar/",
            Right.PERSON_LES,
        ),
        Steg(
            _("Skriv korleis ein varslar og klagar hos dykk"),
            _("Manglar: %(kva)s", kva=", ".join(channels)) if channels else _("Begge er skrivne."),
            not channels,
            "/innstillingar/kommunen#varselkanal",
        ),
        Steg(
            _("Stadfest ordninga for alvorlege hendingar"),
            _("Stadfesta %(dato)s", dato=ours["meldeordning_stadfesta"])
            if ours["meldeordning_stadfesta"]
            else _("Ikkje stadfesta"),
            bool(ours["meldeordning_stadfesta"]),
            "/innstillingar/meldeordning",
        ),
        Steg(
            _("Meld den første saka"),
            _("Minst éi sak er meld.") if tal["saker"] else _("Ingen saker enno"),
            bool(tal["saker"]),
            "/avvik/nytt",
            Right.AVVIK_MELD,
        ),
    ]


def left_count(work: Work) -> int:
    """How many of the steps are left: 0 when the municipality is up."""
    return sum(not step.gjort for step in checklist(work, settings(work.db)))

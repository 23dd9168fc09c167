"""Who gets which report and when: the subscriptions that come with the program, their receivers, and what is due.

A period is ordered once for each subscription, however long the machine was off: all since it began, not only the last.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from kjerne.access import Right, Rolle
from kjerne.models import Eining, Person, Tilgang
from kjerne.work import Work
from rapportar.models import Abonnement
from rapportar.queries import RECEIVER_NEEDS, work_of
from rapportar.rules.perioder import Rytme, due_day, next_period, period_of

MANAD = "manad_eining"
#: So many periods are caught up in one go; the rest the next day.
MOST = 40


@dataclass(frozen=True)
class Standard:
    """A subscription that comes with the program. `fore`: it begins with the period before, as the monthly one always has."""

    kode: str
    slag: str
    rytme: Rytme
    rolle: Rolle
    arbeidsdag: int
    vindauge: int
    fore: bool = False


STANDARD: tuple[Standard, ...] = (
    Standard("manad-leiar", MANAD, Rytme.MANAD, Rolle.LEIAR, 1, 0, fore=True),
    Standard("kvalitet-koordinator", "kvalitet", Rytme.KVARTAL, Rolle.KVALITETSKOORDINATOR, 3, 5),
    Standard("tertial-kommunalsjef", "tertial", Rytme.TERTIAL, Rolle.KOMMUNALSJEF, 5, 7),
    Standard("gjennomgang-kommunalsjef", "leiinga_gjennomgang", Rytme.AR, Rolle.KOMMUNALSJEF, 10, 14),
    Standard("arsrapport-kommunalsjef", "arsrapport", Rytme.AR, Rolle.KOMMUNALSJEF, 10, 14),
    Standard("oppdragsbrev-kommunalsjef", "oppdragsbrev_status", Rytme.KVARTAL, Rolle.KOMMUNALSJEF, 3, 5),
    Standard("hms-koordinator", "hms_ar", Rytme.AR, Rolle.KVALITETSKOORDINATOR, 10, 14),
    Standard("personvern-kommunalsjef", "personvern_ar", Rytme.AR, Rolle.KOMMUNALSJEF, 10, 14),
)


def ensure_standard(work: Work) -> None:
    """Put in the subscriptions that come with the program, once. One that was stopped stays stopped."""
    known = set(work.db.scalars(select(Abonnement.standard).where(Abonnement.standard.is_not(None))))
    for one in STANDARD:
        if one.kode in known:
            continue
        row = Abonnement(
            slag=one.slag,
            rytme=one.rytme.value,
            rolle=one.rolle.value,
            arbeidsdag=one.arbeidsdag,
            vindauge=one.vindauge,
            fra=work.today.replace(day=1) - timedelta(days=1) if one.fore else work.today,
            standard=one.kode,
            endra=work.now,
        )
        try:
            with work.db.begin_nested():
                work.db.add(row)
        except IntegrityError:
            continue  # another scheduler was first


def active(work: Work) -> list[Abonnement]:
    """All that run, oldest first."""
    return list(work.db.scalars(select(Abonnement).where(Abonnement.aktiv).order_by(Abonnement.id)))


def first_period(row: Abonnement) -> str:
    """The first period of a subscription: the one its first day lies in."""
    return period_of(Rytme(row.rytme), row.fra)


def coming(row: Abonnement) -> str:
    """The next period that is not ordered yet."""
    return next_period(row.tinga_til) if row.tinga_til else first_period(row)


def due(row: Abonnement, today: date) -> list[str]:
    """The periods to order: those not ordered yet whose day has come, and the last of them again (a new leader gets it too)."""
    found = [row.tinga_til] if row.tinga_til else []
    kode = coming(row)
    while due_day(kode, row.arbeidsdag) <= today and len(found) < MOST:
        found.append(kode)
        kode = next_period(kode)
    return found


def receives(work: Work, slag: str, eining: Eining, person: Person) -> bool:
    """Whether a person may get that report of a unit today."""
    seen = work_of(work, person)
    needs = RECEIVER_NEEDS if slag == MANAD else (Right.RAPPORT_LES,)
    return all(seen.has(right, eining.id) for right in needs)


def receivers(work: Work, row: Abonnement) -> list[tuple[Eining, Person]]:
    """Unit and person of each report of a subscription: active units and employees who may read it.

    A role is given on a unit for its subtree. A subscription of a unit goes to who has the role there or above; one of no unit
    goes to each who has it, for the unit it was given on. A unit's leader is the unit's own.
    """
    if row.person_id is not None:
        query = select(Eining, Person).join(Person, Person.id == row.person_id).where(Eining.id == row.eining_id)
    elif row.rolle == Rolle.LEIAR.value:
        query = select(Eining, Person).join(Person, Person.id == Eining.leiar_id)
    else:
        in_force = (Tilgang.gjeld_fra <= work.today) & (or_(Tilgang.gjeld_til.is_(None), Tilgang.gjeld_til >= work.today))
        given = aliased(Eining)
        covers = Eining.id == given.id if row.eining_id is None else Eining.sti.startswith(given.sti, autoescape=False)
        query = (
            select(Eining, Person)
            .join(given, covers)
            .join(Tilgang, Tilgang.eining_id == given.id)
            .join(Person, Person.id == Tilgang.person_id)
            .where(Tilgang.rolle == row.rolle, in_force)
        )
    if row.eining_id is not None:
        query = query.where(Eining.id == row.eining_id)
    found = work.db.execute(query.order_by(Eining.id, Person.id).distinct()).all()
    return [
        (eining, person)
        for eining, person in found
        if eining.is_active(work.today) and person.is_employed(work.today) and receives(work, row.slag, eining, person)
    ]

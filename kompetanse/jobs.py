"""What the clock starts: reminders 90, 30 and 7 days before something goes out, to the person and her leader, each once."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from kjerne import mail
from kjerne.i18n import SPRAK, Lazy, language, ngettext
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.innstilling import settings
from kjerne.jobs import Job
from kjerne.models import Eining, Person, PersonEining
from kjerne.work import Work
from kompetanse import rules
from kompetanse.actions.ruter import count_stale
from kompetanse.models import Kompetansebevis, Kompetansepaminning
from kompetanse.queries.kart import employed
from kompetanse.rules import Status

OWN = _l("Noko du kan går snart ut")
LEADERS = _l("Kompetanse i eininga di går snart ut")


def remind(work: Work) -> int:
    """Tell each person what goes out, and her leader how many in the unit, once for each stage. Returns how many stages.

    Letters say numbers, unit and link: never which competence, never a name.
    """
    due = _due(work)
    stages = [(bevis, stage) for bevis in due if (stage := rules.reminder_stage(bevis.gyldig_til or date.max, work.today))]
    sent = _already(work, [bevis.id for bevis, _stage in stages])
    new = [(bevis, stage) for bevis, stage in stages if (bevis.id, stage) not in sent]
    if not new:
        return 0
    for bevis, stage in new:
        later = [days for days in rules.PAMINNINGAR if days >= stage and (bevis.id, days) not in sent]
        work.db.add_all(Kompetansepaminning(bevis_id=bevis.id, dagar=days, sendt=work.now) for days in later)
    work.db.flush()
    _to_people(work, [bevis for bevis, _stage in new])
    _to_leaders(work, [bevis for bevis, _stage in new])
    return len(new)


def _due(work: Work) -> list[Kompetansebevis]:
    """Confirmed evidence that goes out within the first stage and is not renewed, of people still employed."""
    newer = aliased(Kompetansebevis)
    renewed = (
        select(newer.id)
        .where(
            newer.person_id == Kompetansebevis.person_id,
            newer.kompetanse_id == Kompetansebevis.kompetanse_id,
            newer.status == Status.STADFESTA,
            func.coalesce(newer.gyldig_til, date.max) > Kompetansebevis.gyldig_til,
        )
        .exists()
    )
    return list(
        work.db.scalars(
            select(Kompetansebevis)
            .join(Person, Person.id == Kompetansebevis.person_id)
            .where(
                Kompetansebevis.status == Status.STADFESTA,
                Kompetansebevis.gyldig_til.between(work.today, work.today + timedelta(days=max(rules.PAMINNINGAR))),
                employed(work.today),
                ~renewed,
            )
            .order_by(Kompetansebevis.id)
        )
    )


def _already(work: Work, ids: list[int]) -> set[tuple[int, int]]:
    rows = select(Kompetansepaminning.bevis_id, Kompetansepaminning.dagar).where(Kompetansepaminning.bevis_id.in_(ids))
    return {(bevis, days) for bevis, days in work.db.execute(rows)}


def _letter(work: Work, to: Person, subject: Lazy, said: str, path: str, key: str) -> None:  # noqa: PLR0917 - a letter has these parts
    body = _(
        "%(kva)s\n\nSjå kva det er:\n%(lenkje)s\n\nBrevet seier ikkje kva kompetanse det gjeld. Logg inn for å lese.\n",
        kva=said,
        lenkje=f"{work.config.base_url}{path}",
    )
    mail.queue(work, to, str(subject), body, key=key)


def _tongue(work: Work, to: Person) -> str:
    return to.sprak if to.sprak in SPRAK else settings(work.db)["sprak"]


def _to_people(work: Work, rows: list[Kompetansebevis]) -> None:
    counts: dict[int, int] = {}
    for bevis in rows:
        counts[bevis.person_id] = counts.get(bevis.person_id, 0) + 1
    for person in work.db.scalars(select(Person).where(Person.id.in_(counts)).order_by(Person.id)):
        with language(_tongue(work, person)):
            said = ngettext(
                "Éin kompetanse du har går ut innan 90 dagar.",
                "%(num)s kompetansar du har går ut innan 90 dagar.",
                counts[person.id],
            )
            _letter(work, person, OWN, said, "/kompetanse/meg", f"kompetanse-eigen-{person.id}-{work.today.isoformat()}")


def _to_leaders(work: Work, rows: list[Kompetansebevis]) -> None:
    """The leader of the main unit; when she is the one, or there is none, the next up."""
    units = {unit.id: unit for unit in work.db.scalars(select(Eining))}
    places = (
        select(PersonEining.person_id, PersonEining.eining_id)
        .where(PersonEining.person_id.in_({bevis.person_id for bevis in rows}))
        .order_by(PersonEining.hovud, PersonEining.eining_id.desc())
    )
    main = {row[0]: row[1] for row in work.db.execute(places)}
    counts: dict[tuple[int, int], int] = {}
    for bevis in rows:
        unit = units.get(main.get(bevis.person_id, 0))
        leader = unit
        while leader is not None and leader.leiar_id in {None, bevis.person_id}:
            leader = units.get(leader.overordna_id or 0)
        if unit is not None and leader is not None and leader.leiar_id is not None:
            counts[leader.leiar_id, unit.id] = counts.get((leader.leiar_id, unit.id), 0) + 1
    people = {person.id: person for person in work.db.scalars(select(Person).where(Person.id.in_({key[0] for key in counts})))}
    for (leader_id, unit_id), count in sorted(counts.items()):
        person = people[leader_id]
        with language(_tongue(work, person)):
            said = ngettext(
                "%(eining)s: éin kompetanse går ut innan 90 dagar.",
                "%(eining)s: %(num)s kompetansar går ut innan 90 dagar.",
                count,
                eining=units[unit_id].namn,
            )
            key = f"kompetanse-leiar-{leader_id}-{unit_id}-{work.today.isoformat()}"
            _letter(work, person, LEADERS, said, "/kompetanse/", key)


JOBS: tuple[Job, ...] = (
    Job("kompetanse-paminning", run=remind, hour=6, minute=40),
    Job("kompetanse-ruter", run=count_stale, every_minutes=1),
)

"""What cases, measures and proofs of competence say about employees who have left. Counts only; asked by administration."""

from datetime import timedelta

from sqlalchemy import func, select, update

from administrasjon.events import Pseudonymisert, SluttaSpurd
from avvik.actions.history import NAMED
from avvik.models import Avvik, AvvikFilter, AvvikHending, AvvikKladd
from avvik.rules import OPEN
from kjerne.i18n import lazy as _l
from kjerne.katalog import Oppbevaring, in_force
from kjerne.models import Person
from kjerne.work import Work
from kompetanse.models import Kompetansebevis
from tiltak.models import Tiltak
from tiltak.rules import Status as Stand

CASES, MEASURES = _l("opne saker"), _l("tiltak som ikkje er ferdige")
PROOFS = _l("kompetansebevis som skal takast vare på ei tid til")
DAYS = 366
AT_WORK = (Stand.PLANLAGT, Stand.I_GANG, Stand.VENTAR_GODKJENNING, Stand.UTFORT, Stand.UTSETT)


def on_asked(work: Work, event: object) -> None:
    """Open cases and measures at work keep their owner's name."""
    if not isinstance(event, SluttaSpurd):
        return
    cases = select(Avvik.sakshandsamar_id, func.count()).where(
        Avvik.sakshandsamar_id.in_(event.personar), Avvik.status.in_([status.value for status in OPEN])
    )
    for person_id, count in work.db.execute(cases.group_by(Avvik.sakshandsamar_id)):
        event.keep(person_id or 0, CASES, count)
    found: dict[int, int] = {}
    for column in (Tiltak.ansvarleg_id, Tiltak.laga_av_id):
        owned = select(column, func.count()).where(column.in_(event.personar), Tiltak.status.in_(AT_WORK)).group_by(column)
        for person_id, count in work.db.execute(owned):
            found[person_id] = found.get(person_id, 0) + count
    for person_id, count in found.items():
        event.keep(person_id, MEASURES, count)
    _proofs(work, event)


def _proofs(work: Work, event: SluttaSpurd) -> None:
    """Proofs of competence are kept some years after the employment (domene 7.6): so long the name is needed."""
    rule = work.db.scalar(in_force(Oppbevaring, work.today).where(Oppbevaring.kode == "kompetanse"))
    if rule is None or not (rule.ar or rule.bevar):
        return
    query = select(Kompetansebevis.person_id, func.count()).join(Person, Person.id == Kompetansebevis.person_id)
    query = query.where(Kompetansebevis.person_id.in_(event.personar))
    if not rule.bevar:
        query = query.where(Person.tilsett_til > work.today - timedelta(days=DAYS * (rule.ar or 0)))
    for person_id, count in work.db.execute(query.group_by(Kompetansebevis.person_id)):
        event.keep(person_id, PROOFS, count)


def on_pseudonymised(work: Work, event: object) -> None:
    """Where history holds the name in words, the new one stands. Drafts and saved filters go."""
    if not isinstance(event, Pseudonymisert):
        return
    for column in (AvvikHending.fra, AvvikHending.til):
        work.db.execute(
            update(AvvikHending)
            .where(column == event.gamalt, AvvikHending.slag.in_(NAMED))
            .values({column: event.nytt})
            .execution_options(synchronize_session=False)
        )
    for own in (AvvikKladd, AvvikFilter):
        for row in work.db.scalars(select(own).where(own.person_id == event.person_id)).all():
            work.db.delete(row)
    work.db.flush()

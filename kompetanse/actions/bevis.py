"""What people have: register, confirm or not, delegate, attach. Nobody confirms her own."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import delete, select

from kjerne import files, log
from kjerne.access import Right
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.filinnhald import Inspected
from kjerne.i18n import gettext as _
from kjerne.katalog import in_force
from kjerne.models import Fil, Person, PersonEining
from kjerne.work import Work
from kompetanse import rules
from kompetanse.actions import ruter
from kompetanse.models import Delegasjon, Kompetanse, Kompetansebevis, Kompetansepaminning, Plandeltakar
from kompetanse.queries import personar
from kompetanse.rules import Kjelde, Status

OLDEST = 60
"""Evidence older than so many years is a typing error."""


def entry(work: Work, kompetanse_id: int) -> Kompetanse:
    """An entry of the catalogue in force. Raises `Refused`."""
    row = work.db.scalars(in_force(Kompetanse, work.today).where(Kompetanse.id == kompetanse_id)).one_or_none()
    if row is None:
        raise Refused(_("Vel ein kompetanse i lista."), "kompetanse_id")
    return row


def _checked(work: Work, row: Kompetanse, niva: int, dato: date, slag: str) -> None:
    if niva not in rules.NIVANAMN:
        raise Refused(_("Vel eit nivå i lista."), "niva")
    counts = row.bevis.split("|")
    if slag not in counts:
        known = ", ".join(str(rules.BEVISSLAG[code]).lower() for code in counts if code in rules.BEVISSLAG)
        raise Refused(_("Vel eit slag bevis som gjeld for denne kompetansen: %(slag)s.", slag=known), "slag")
    if dato > work.today or dato.year < work.today.year - OLDEST:
        raise Refused(_("Vel ein dato som er i dag eller tidlegare."), "dato")


def _known(work: Work, person_id: int, kompetanse_id: int, dato: date) -> Kompetansebevis | None:
    return work.db.scalars(
        select(Kompetansebevis).where(
            Kompetansebevis.person_id == person_id,
            Kompetansebevis.kompetanse_id == kompetanse_id,
            Kompetansebevis.dato == dato,
        )
    ).one_or_none()


def _add(work: Work, person: Person, row: Kompetanse, kjelde: Kjelde, **values: object) -> Kompetansebevis:
    bevis = Kompetansebevis(
        person_id=person.id,
        kompetanse_id=row.id,
        kjelde=kjelde.value,
        laga=work.now,
        laga_av_id=work.person.id if work.person else None,
        **values,
    )
    work.db.add(bevis)
    work.db.flush()
    ruter.forget_person(work.db, person.id)
    log.record(work, "kompetansebevis", bevis.id, "bevis:registrert", kompetanse=row.kode, niva=bevis.niva, kjelde=kjelde.value)
    return bevis


def register_own(work: Work, *, kompetanse_id: int, niva: int, dato: date, slag: str, referanse: str) -> Kompetansebevis:
    """A person says what she has: a self-assessment until somebody confirms it. The same date again is refused."""
    row = entry(work, kompetanse_id)
    if row.delegasjon:
        raise Refused(
            _("Leiaren din eller fagansvarleg gir deg ein delegasjon. Du kan ikkje registrere han sjølv."), "kompetanse_id"
        )
    _checked(work, row, niva, dato, slag)
    if _known(work, work.me.id, row.id, dato) is not None:
        raise Refused(_("Du har alt registrert denne kompetansen på denne datoen."), "dato")
    return _add(
        work,
        work.me,
        row,
        Kjelde.EIGA,
        niva=niva,
        dato=dato,
        slag=slag,
        referanse=referanse,
        gyldig_til=rules.valid_to(dato, row.manader),
        status=Status.SJOLV.value,
    )


def may_judge(work: Work, row: Kompetanse, person: Person) -> bool:
    """Whether she may say that this person has this competence: never her own, and by the catalogue's rule."""
    if work.person is None:
        return True
    if person.id == work.me.id:
        return False
    where = set(personar.unit_ids(work.db, person.id))
    mine = work.units(Right.KOMPETANSE_SKRIV) & where
    if row.stadfestar == rules.Stadfestar.LEIAR:
        return bool(mine)
    return any(mine & work.grants.roles.get(rolle, frozenset()) for rolle in personar.EXPERTS)


def record_for(
    work: Work,
    person: Person,
    row: Kompetanse,
    *,
    niva: int,
    dato: date,
    slag: str,
    referanse: str = "",
    kjelde: Kjelde = Kjelde.LEIAR,
    gyldig_til: date | None = None,
) -> Kompetansebevis:
    """Somebody who may confirm records what a person has: confirmed at once. A self-assessment of that date is confirmed.

    `gyldig_til`: another last day than the catalogue's. Raises `NotFound` when she may not.
    """
    if not may_judge(work, row, person):
        raise NotFound
    last = gyldig_til or rules.valid_to(dato, row.manader)
    if last is not None and last < dato:
        raise Refused(_("Til-datoen er før frå-datoen."), "gyldig_til")
    held = _known(work, person.id, row.id, dato)
    values = {"niva": niva, "slag": slag, "referanse": referanse, "gyldig_til": last, "grunn": ""}
    judged = {"status": Status.STADFESTA.value, "vurdert_tid": work.now, "vurdert_av_id": work.person.id if work.person else None}
    if held is None:
        return _add(work, person, row, kjelde, dato=dato, **values, **judged)
    for name, value in {**values, **judged}.items():
        setattr(held, name, value)
    work.db.flush()
    ruter.forget_person(work.db, person.id)
    log.record(work, "kompetansebevis", held.id, "bevis:stadfesta", kompetanse=row.kode, niva=niva)
    return held


def record_checked(
    work: Work, person: Person, row: Kompetanse, *, niva: int, dato: date, slag: str, referanse: str
) -> Kompetansebevis:
    """The same from a form: level, date and kind are held against the catalogue first."""
    _checked(work, row, niva, dato, slag)
    if row.delegasjon:
        raise Refused(_("Bruk skjemaet for delegasjon."), "kompetanse_id")
    return record_for(work, person, row, niva=niva, dato=dato, slag=slag, referanse=referanse)


def confirm(work: Work, ids: Iterable[int]) -> int:
    """Confirm many self-assessments; those she may not judge, or that are judged, are passed over. Returns how many."""
    rows = work.db.scalars(
        select(Kompetansebevis)
        .where(Kompetansebevis.id.in_(list(ids)), Kompetansebevis.status == Status.SJOLV, personar.confirmable(work))
        .order_by(Kompetansebevis.id)
    ).all()
    for bevis in rows:
        bevis.status, bevis.vurdert_tid, bevis.vurdert_av_id = Status.STADFESTA.value, work.now, work.me.id
        log.record(work, "kompetansebevis", bevis.id, "bevis:stadfesta")
    work.db.flush()
    for person_id in {bevis.person_id for bevis in rows}:
        ruter.forget_person(work.db, person_id)
    return len(rows)


def refuse(work: Work, bevis_id: int, grunn: str, version: int) -> Kompetansebevis:
    """Do not accept a self-assessment, with a reason she sees."""
    bevis = work.db.scalars(select(Kompetansebevis).where(Kompetansebevis.id == bevis_id, personar.confirmable(work))).one_or_none()
    if bevis is None:
        raise NotFound
    if bevis.version != version or bevis.status != Status.SJOLV:
        raise Conflict(_("Nokon andre har alt vurdert dette."), mine=grunn, theirs=bevis.grunn)
    if not grunn:
        raise Refused(_("Skriv kvifor. Den det gjeld får sjå grunngivinga."), "grunn")
    bevis.status, bevis.vurdert_tid, bevis.vurdert_av_id, bevis.grunn = Status.AVVIST.value, work.now, work.me.id, grunn
    work.db.flush()
    log.record(work, "kompetansebevis", bevis.id, "bevis:avvist", grunn=log.digest(grunn))
    return bevis


def delegate(
    work: Work,
    person: Person,
    row: Kompetanse,
    *,
    eining_id: int,
    oppgaver: str,
    gitt_som: str,
    dato: date,
    gyldig_til: date | None,
) -> Kompetansebevis:
    """Give a named person a task in one unit for a period. Refused without the valid course it rests on; it lapses with that."""
    if not row.delegasjon or eining_id not in personar.unit_ids(work.db, person.id):
        raise NotFound
    if not work.has(Right.KOMPETANSE_SKRIV, eining_id) or not may_judge(work, row, person):
        raise NotFound
    if gitt_som not in {"lege", "leiar"} or not oppgaver:
        raise Refused(_("Skriv kva oppgåver delegasjonen gjeld."), "oppgaver")
    lines = personar.evidence_of(work.db, person.id, work.today)
    base = [one for one in personar.current(lines) if one.kompetanse.kode == row.bak]
    if not any(one.stand in {rules.Gyldig.GYLDIG, rules.Gyldig.SNART} and one.bevis.niva >= 2 for one in base):
        raise Refused(_("Kurset delegasjonen kviler på, manglar eller har gått ut. Registrer det først."), "kompetanse_id")
    held = _known(work, person.id, row.id, dato)
    if held is not None:
        raise Refused(_("Denne personen har alt ein delegasjon frå denne datoen."), "dato")
    bevis = record_for(work, person, row, niva=2, dato=dato, slag="delegasjon", gyldig_til=gyldig_til)
    work.db.add(Delegasjon(bevis_id=bevis.id, eining_id=eining_id, oppgaver=oppgaver, gitt_av_id=work.me.id, gitt_som=gitt_som))
    work.db.flush()
    log.record(work, "kompetansebevis", bevis.id, "bevis:delegert", eining=eining_id, oppgaver=log.digest(oppgaver))
    return bevis


def end_early(work: Work, bevis: Kompetansebevis, person: Person, row: Kompetanse) -> None:
    """Withdraw a delegation or confirmed evidence from today."""
    if not may_judge(work, row, person) or bevis.status != Status.STADFESTA:
        raise NotFound
    bevis.gyldig_til = max(bevis.dato, date.fromordinal(work.today.toordinal() - 1))
    work.db.flush()
    ruter.forget_person(work.db, person.id)
    log.record(work, "kompetansebevis", bevis.id, "bevis:trekt")


def attach(work: Work, bevis: Kompetansebevis, found: Inspected) -> None:
    """Keep a file as evidence."""
    row = files.store(work, "kompetansebevis", bevis.id, found)
    log.record(work, "kompetansebevis", bevis.id, "bevis:fil", fil=row.offentleg_id)


def forget(work: Work, person_id: int) -> None:
    """Take away everything a person had, with its files: she has left (personvernforordninga art. 5 nr. 1 e)."""
    hers = select(Kompetansebevis.id).where(Kompetansebevis.person_id == person_id)
    for row in work.db.scalars(select(Fil).where(Fil.subjekt_type == "kompetansebevis", Fil.subjekt_id.in_(hers))).all():
        files.remove(work, row)
    for table, column, key in (
        (Delegasjon, Delegasjon.bevis_id, hers),
        (Kompetansepaminning, Kompetansepaminning.bevis_id, hers),
        (Plandeltakar, Plandeltakar.person_id, [person_id]),
        (Kompetansebevis, Kompetansebevis.person_id, [person_id]),
    ):
        work.db.execute(delete(table).where(column.in_(key)).execution_options(synchronize_session=False))
    ruter.forget_person(work.db, person_id)
    log.record(work, "person", person_id, "bevis:sletta")


def people_by_unit(work: Work, eining_id: int) -> Mapping[int, str]:
    """Names of those employed in a unit, for lists to choose from."""
    rows = work.db.execute(
        select(Person.id, Person.namn)
        .join(PersonEining, PersonEining.person_id == Person.id)
        .where(PersonEining.eining_id == eining_id, personar.employed(work.today))
        .order_by(Person.namn)
    )
    return {row[0]: row[1] for row in rows}

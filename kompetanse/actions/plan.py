"""A unit's plan: start it, put lines in, record who finished, approve, carry on to next year. Each line is a measure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select

from kjerne import log
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person
from kjerne.work import Work
from kompetanse import rules
from kompetanse.actions import bevis, ruter
from kompetanse.models import Kompetanse, Kompetanseplan, Opplaeringsbehov, Plandeltakar, Planrad
from kompetanse.queries import personar
from kompetanse.queries.plan import may_approve, may_write
from kompetanse.rules import Behovstatus, Finansiering, Kjelde, Plansteg, Radslag
from tiltak import actions as tiltak_actions
from tiltak.models import Tiltak
from tiltak.rules import UNSETTLED, Type

ORIGIN = "kompetanseplan"


@dataclass(frozen=True)
class NyRad:
    """What a line says: what is done about which competence, by whom, by when, at what cost and who pays."""

    kompetanse_id: int
    slag: str
    niva: int
    tittel: str
    skildring: str
    ansvarleg_id: int
    frist: date
    kostnad: int | None
    finansiering: str
    deltakarar: tuple[int, ...] = ()
    tal: int = 0
    behov_id: int = 0


def start_plan(work: Work, eining: Eining, aar: int) -> Kompetanseplan:
    """Begin a unit's plan for this year or one of the next four; there is one a year."""
    if not may_write(work, eining.id):
        raise NotFound
    if not work.today.year <= aar <= work.today.year + 4:
        raise Refused(_("Vel eit år frå i år og fire år fram."), "aar")
    known = select(Kompetanseplan).where(Kompetanseplan.eining_id == eining.id, Kompetanseplan.aar == aar)
    found = work.db.scalars(known).one_or_none()
    if found is not None:
        return found
    plan = Kompetanseplan(eining_id=eining.id, aar=aar, laga=work.now)
    work.db.add(plan)
    work.db.flush()
    log.record(work, "kompetanseplan", plan.id, "plan:laga", eining=eining.id, aar=aar)
    return plan


def _editable(work: Work, plan: Kompetanseplan) -> None:
    if not may_write(work, plan.eining_id):
        raise NotFound
    if not rules.may_edit_plan(plan.status):
        raise Conflict(_("Planen er godkjend eller ført vidare. Opne han for endring først."))


def write_goals(work: Work, plan: Kompetanseplan, maal: str, evaluering: str, version: int) -> None:
    """The plan's goals, and how it is judged at the end of the year."""
    if not may_write(work, plan.eining_id):
        raise NotFound
    if plan.version != version:
        raise Conflict(
            _("Planen blei endra av ein annan medan du skreiv."),
            mine=f"{maal}\n\n{evaluering}",
            theirs=f"{plan.maal}\n\n{plan.evaluering}",
        )
    plan.maal, plan.evaluering = maal, evaluering
    work.db.flush()
    log.record(work, "kompetanseplan", plan.id, "plan:endra", maal=log.digest(maal), evaluering=log.digest(evaluering))


def _checked(work: Work, plan: Kompetanseplan, ny: NyRad) -> tuple[Kompetanse, Person, list[Person]]:
    row = bevis.entry(work, ny.kompetanse_id)
    if ny.slag not in set(Radslag) or ny.finansiering not in set(Finansiering):
        raise Refused(_("Vel kva som skal gjerast og kven som betaler."), "slag")
    if ny.niva not in rules.NIVANAMN or ny.niva < 1:
        raise Refused(_("Vel eit nivå i lista."), "niva")
    owner = work.db.get(Person, ny.ansvarleg_id)
    if owner is None or not owner.is_employed(work.today):
        raise Refused(_("Vel ein ansvarleg som er tilsett i dag."), "ansvarleg_id")
    there = bevis.people_by_unit(work, plan.eining_id)
    chosen = [person for person in dict.fromkeys(ny.deltakarar) if person in there]
    if ny.slag == Radslag.REKRUTTERE:
        if not 1 <= ny.tal <= rules.TAL_MAX:
            raise Refused(_("Skriv kor mange som skal rekrutterast."), "tal")
        return row, owner, []
    if not chosen:
        raise Refused(_("Kryss av minst éin som er med."), "deltakar")
    return row, owner, [work.db.get_one(Person, person) for person in chosen]


def add_row(work: Work, plan: Kompetanseplan, ny: NyRad) -> Planrad:
    """Put a line in: a measure with owner, deadline, cost and funding, and those who take part. Raises `Refused`."""
    _editable(work, plan)
    row, owner, people = _checked(work, plan, ny)
    tiltak = tiltak_actions.create_tiltak(
        work,
        tittel=ny.tittel,
        skildring=ny.skildring,
        ansvarleg=owner,
        eining_id=plan.eining_id,
        frist=ny.frist,
        type=Type.FOREBYGGJANDE.value,
        plan=tiltak_actions.Plan(kostnad=ny.kostnad, finansiering=str(rules.FINANSNAMN[Finansiering(ny.finansiering)])),
        opphav=(ORIGIN, plan.id, _("Kompetanseplan %(aar)s", aar=plan.aar), True),
    )
    rad = Planrad(
        plan_id=plan.id,
        kompetanse_id=row.id,
        tiltak_id=tiltak.id,
        slag=ny.slag,
        niva=ny.niva,
        tal=ny.tal if ny.slag == Radslag.REKRUTTERE else 0,
        finansiering=ny.finansiering,
    )
    work.db.add(rad)
    work.db.flush()
    work.db.add_all(Plandeltakar(rad_id=rad.id, person_id=person.id) for person in people)
    _answer_needs(work, plan.eining_id, rad, ny.behov_id)
    work.db.flush()
    log.record(work, "kompetanseplan", plan.id, "plan:rad", rad=rad.id, kompetanse=row.kode, slag=ny.slag, tiltak=tiltak.id)
    return rad


def _answer_needs(work: Work, eining_id: int, rad: Planrad, behov_id: int) -> None:
    """The training needs this line answers: the one it was made from, and the unit's others about the same competence."""
    rows = work.db.scalars(
        select(Opplaeringsbehov).where(Opplaeringsbehov.eining_id == eining_id, Opplaeringsbehov.status == Behovstatus.OPEN)
    )
    for need in rows:
        if need.id == behov_id or need.kompetanse_id == rad.kompetanse_id:
            need.kompetanse_id = rad.kompetanse_id
            need.status, need.rad_id = Behovstatus.I_PLAN.value, rad.id


def take_out(work: Work, rad: Planrad, plan: Kompetanseplan, grunn: str) -> None:
    """Take a line out of a draft: its measure is called off with the reason; what it answered waits again."""
    _editable(work, plan)
    tiltak = work.db.get_one(Tiltak, rad.tiltak_id)
    if work.db.scalar(select(func.count()).where(Plandeltakar.rad_id == rad.id, Plandeltakar.fullfort.is_not(None))):
        raise Refused(_("Nokon har alt fullført. Linja blir ståande."), "grunn")
    if tiltak.status in UNSETTLED:
        tiltak_actions.cancel(work, tiltak, grunn)
    for need in work.db.scalars(select(Opplaeringsbehov).where(Opplaeringsbehov.rad_id == rad.id)):
        need.status, need.rad_id = Behovstatus.OPEN.value, None
    work.db.flush()
    work.db.execute(delete(Plandeltakar).where(Plandeltakar.rad_id == rad.id))
    work.db.delete(rad)
    work.db.flush()
    log.record(work, "kompetanseplan", plan.id, "plan:rad-ut", tiltak=tiltak.id)


def record_finished(work: Work, rad: Planrad, people: Iterable[int], dato: date) -> int:
    """Those who were ticked finished the training on a day: each gets confirmed evidence, and the gap closes by it.

    Returns how many; herself is passed over. What a delegation needs is given on the person's page. Raises `Refused`.
    """
    row = bevis.entry(work, rad.kompetanse_id)
    if row.delegasjon:
        raise Refused(_("Delegasjon blir gitt på sida til kvar person."), "person")
    if dato > work.today:
        raise Refused(_("Vel ein dato som er i dag eller tidlegare."), "dato")
    wanted, count = set(people), 0
    rows = work.db.scalars(select(Plandeltakar).where(Plandeltakar.rad_id == rad.id, Plandeltakar.fullfort.is_(None))).all()
    for taking in [one for one in rows if one.person_id in wanted]:
        person = work.db.get_one(Person, taking.person_id)
        if not bevis.may_judge(work, row, person):
            continue
        slag = row.bevis.split("|")[0]
        bevis.record_for(work, person, row, niva=rad.niva, dato=dato, slag=slag, kjelde=Kjelde.PLAN)
        taking.fullfort = dato
        count += 1
    work.db.flush()
    if not count:
        raise Refused(_("Kryss av minst éin du kan stadfeste. Deg sjølv stadfestar leiaren over deg."), "person")
    if all(one.fullfort for one in rows):
        for need in work.db.scalars(select(Opplaeringsbehov).where(Opplaeringsbehov.rad_id == rad.id)):
            need.status = Behovstatus.UTFORT.value
    ruter.forget_all(work.db)
    return count


def take_step(work: Work, plan: Kompetanseplan, steg: Plansteg, version: int) -> Kompetanseplan:
    """Approve, open again, or carry on. Only who leads the unit. Returns the plan to show: the next year's when carried on."""
    step = rules.find_plan_step(steg)
    if not may_approve(work, plan.eining_id):
        raise NotFound
    if plan.version != version or plan.status not in step.source:
        raise Conflict(_("Planen blei endra av ein annan. Sjå på nytt."))
    if step not in rules.open_plan_steps(plan.status, empty=_is_empty(work, plan)):
        raise Conflict(_("Planen har ingen tiltak enno."))
    if steg is Plansteg.VIDAREFOR:
        return _carry_on(work, plan)
    plan.status = step.target.value
    approved = steg is Plansteg.GODKJENN
    plan.godkjend_tid, plan.godkjend_av_id = (work.now, work.me.id) if approved else (None, None)
    work.db.flush()
    log.record(work, "kompetanseplan", plan.id, "plan:godkjend" if approved else "plan:opna")
    return plan


def _is_empty(work: Work, plan: Kompetanseplan) -> bool:
    """Whether the plan says neither what one wants nor what will be done."""
    return not plan.maal and work.db.scalar(select(Planrad.id).where(Planrad.plan_id == plan.id).limit(1)) is None


def _carry_on(work: Work, plan: Kompetanseplan) -> Kompetanseplan:
    """Next year's plan with the lines whose measures are not settled, the same measures and those who have not finished."""
    eining = work.db.get_one(Eining, plan.eining_id)
    following = start_plan(work, eining, plan.aar + 1)
    if following.forrige_id is None:
        following.forrige_id = plan.id
        following.maal = following.maal or plan.maal
    rows = work.db.execute(
        select(Planrad, Tiltak)
        .join(Tiltak, Tiltak.id == Planrad.tiltak_id)
        .where(Planrad.plan_id == plan.id, Tiltak.status.in_(UNSETTLED))
        .order_by(Planrad.id)
    ).all()
    there = set(work.db.scalars(select(Planrad.tiltak_id).where(Planrad.plan_id == following.id)))
    for rad, tiltak in rows:
        if tiltak.id not in there:
            _copy(work, rad, tiltak, following)
    plan.status = rules.find_plan_step(Plansteg.VIDAREFOR).target.value
    work.db.flush()
    log.record(work, "kompetanseplan", plan.id, "plan:vidarefort", til=following.id, rader=len(rows))
    return following


def _copy(work: Work, rad: Planrad, tiltak: Tiltak, following: Kompetanseplan) -> None:
    new = Planrad(
        plan_id=following.id,
        kompetanse_id=rad.kompetanse_id,
        tiltak_id=tiltak.id,
        slag=rad.slag,
        niva=rad.niva,
        tal=rad.tal,
        finansiering=rad.finansiering,
    )
    work.db.add(new)
    work.db.flush()
    waiting = select(Plandeltakar.person_id).where(Plandeltakar.rad_id == rad.id, Plandeltakar.fullfort.is_(None))
    for person_id in work.db.scalars(waiting).all():
        work.db.add(Plandeltakar(rad_id=new.id, person_id=person_id))
    for need in work.db.scalars(select(Opplaeringsbehov).where(Opplaeringsbehov.rad_id == rad.id)):
        need.rad_id = new.id
    tiltak_actions.add_origin(work, tiltak, ORIGIN, following.id, _("Kompetanseplan %(aar)s", aar=following.aar), True)


__all__ = ["NyRad", "add_row", "personar", "record_finished", "start_plan", "take_out", "take_step", "write_goals"]

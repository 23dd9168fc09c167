"""A letter's way: made from a template or last year's, units and deadlines chosen, issued, ended. Editions are kept."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import insert, or_, select

from kjerne.access import Right
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.work import Work
from oppdragsbrev import letters as mail
from oppdragsbrev.actions.mal import copy_points
from oppdragsbrev.actions.spor import SENT_OUT, note
from oppdragsbrev.models import Brevmal, Brevmottak, Brevpunkt, Brevsvar, Brevutgave, Oppdragsbrev, Punktmottak
from oppdragsbrev.queries import brev as letters
from oppdragsbrev.queries.brev import Punktkuler
from oppdragsbrev.rules import DONE, TO_DELIVER, Brevtilstand, Punkttilstand, Svarstatus


@dataclass(frozen=True)
class Fristar:
    """What one form says about deadlines: for all units by point, and (receiving, point) → a unit's own (None: as the others)."""

    felles: Mapping[int, date | None] = field(default_factory=dict)
    eigne: Mapping[tuple[int, int], date | None] = field(default_factory=dict)


def _new(work: Work, aar: int, tittel: str, source: Brevmal | Oppdragsbrev) -> Oppdragsbrev:
    if not work.has(Right.BREV_SKRIV):
        raise NotFound
    row = Oppdragsbrev(
        aar=aar,
        tittel=tittel,
        nn=source.nn,
        nb=source.nb,
        en=source.en,
        eining_id=letters.seat(work).id if isinstance(source, Brevmal) else source.eining_id,
        forrige_id=source.id if isinstance(source, Oppdragsbrev) else None,
        laga_av_id=work.me.id,
        laga=work.now,
    )
    work.db.add(row)
    work.db.flush()
    return row


def make_letter(work: Work, mal: Brevmal, *, aar: int, tittel: str) -> Oppdragsbrev:
    """A draft from a template. The title has passed the guard."""
    row = _new(work, aar, tittel, mal)
    copy_points(work, letters.points_of(work, mal), row)
    note(work, row, "ny", mal=mal.id)
    return row


def unfinished(work: Work, brev: Oppdragsbrev) -> set[int]:
    """The bullets of a letter that some unit has not finished, and those of a point that was returned. One query."""
    rows = work.db.scalars(
        select(Brevsvar.kule_id)
        .join(Punktmottak, Punktmottak.id == Brevsvar.punktmottak_id)
        .join(Brevmottak, Brevmottak.id == Punktmottak.mottak_id)
        .where(
            Brevmottak.brev_id == brev.id,
            or_(Brevsvar.status.not_in([one.value for one in DONE]), Punktmottak.status == Punkttilstand.RETUR),
        )
        .distinct()
    )
    return set(rows)


def next_year(work: Work, last: Oppdragsbrev, *, aar: int, tittel: str, only_unfinished: bool) -> Oppdragsbrev:
    """A draft from an earlier letter, to the same units. Each bullet remembers last year's, whose answers are shown beside it.

    `only_unfinished`: just what some unit has not finished. Raises `Refused` when that is nothing, or it was never sent.
    """
    if not letters.writes(work, last):
        raise NotFound
    if last.status == Brevtilstand.KLADD:
        raise Refused(_("Brevet er ikkje sendt enno. Lag eit nytt frå eit brev som er sendt, eller frå ein mal."), "kjelde")
    points = letters.points_of(work, last)
    if only_unfinished:
        left = unfinished(work, last)
        points = [Punktkuler(one.punkt, [kule for kule in one.kuler if kule.id in left]) for one in points]
        points = [one for one in points if one.kuler]
        if not points:
            raise Refused(_("Alt i det brevet er ferdig. Ta med alle punkta i staden."), "kjelde")
    row = _new(work, aar, tittel, last)
    copy_points(work, points, row)
    active = {unit.id for unit in letters.units_to_choose(work, row)}
    work.db.add_all(
        Brevmottak(brev_id=row.id, eining_id=unit.id)
        for mottak, unit in letters.receivers(work, last)
        if mottak.sendt and unit.id in active
    )
    note(work, row, "fra-i-fjor", fra=last.id)
    return row


def choose(work: Work, brev: Oppdragsbrev, units: Collection[Eining]) -> None:
    """Set which units get the letter. One it was issued to keeps it."""
    _demand_open(work, brev)
    wanted = {unit.id for unit in units}
    now = {row.eining_id: row for row, _unit in letters.receivers(work, brev)}
    gone = [row for unit, row in now.items() if unit not in wanted and row.sendt is None]
    for row in gone:
        for own in work.db.scalars(select(Punktmottak).where(Punktmottak.mottak_id == row.id)):
            work.db.delete(own)
        work.db.flush()
        work.db.delete(row)
    work.db.add_all(Brevmottak(brev_id=brev.id, eining_id=unit) for unit in sorted(wanted - set(now)))
    work.db.flush()


def set_deadlines(work: Work, brev: Oppdragsbrev, fristar: Fristar, *, version: int) -> None:
    """Set deadlines by point and by unit. In a letter that was sent each unit whose deadline changed is told.

    A point's own deadline counts for all units but those with another: in a letter that was sent it moves theirs along.
    """
    _demand_open(work, brev)
    if version != brev.version:
        raise Conflict(_("Fristane blei endra av ein annan medan du skreiv. Ditt er ikkje lagra. Sjå kva som står no."))
    brev.version = version + 1
    points = {one.punkt.id: one.punkt for one in letters.points_of(work, brev)}
    receivers = {row.id: (row, unit) for row, unit in letters.receivers(work, brev)}
    stands = letters.own_deadlines(work, brev)
    for punkt_id, day in fristar.felles.items():
        if punkt_id in points and day != points[punkt_id].frist:
            _demand_future(work, day, f"f{punkt_id}")
            before, points[punkt_id].frist = points[punkt_id].frist, day
            same = [row for (_mottak, point), row in stands.items() if point == punkt_id and row.frist == before]
            _move_along(work, brev, points[punkt_id], same, receivers)
    for (mottak_id, punkt_id), day in fristar.eigne.items():
        if mottak_id in receivers and punkt_id in points:
            _own(work, brev, receivers[mottak_id], points[punkt_id], row=stands.get((mottak_id, punkt_id)), day=day)
    work.db.flush()


def _move_along(
    work: Work, brev: Oppdragsbrev, point: Brevpunkt, rows: list[Punktmottak], receivers: Mapping[int, tuple[Brevmottak, Eining]]
) -> None:
    """Units that have the letter and had the point's former deadline get its new one; told are those that still must deliver."""
    if point.frist is None:
        if any(receivers[row.mottak_id][0].sendt for row in rows):
            raise Refused(_("Set ein frist for punkt %(nr)s.", nr=point.nr), f"f{point.id}")
        return
    for row in rows:
        if row.status not in TO_DELIVER:
            row.frist = point.frist
        elif receivers[row.mottak_id][0].sendt:
            change_deadline(work, brev, receivers[row.mottak_id], point, row=row, day=point.frist)


def _own(
    work: Work,
    brev: Oppdragsbrev,
    receiver: tuple[Brevmottak, Eining],
    point: Brevpunkt,
    *,
    row: Punktmottak | None,
    day: date | None,
) -> None:
    """A unit's own deadline; none, or the point's, means as the others."""
    mottak, _eining = receiver
    wanted = day or point.frist
    if mottak.sendt is None and wanted == point.frist:
        if row is not None:
            work.db.delete(row)
    elif row is None and wanted is not None:
        _demand_future(work, wanted, f"e{mottak.id}_{point.id}")
        work.db.add(Punktmottak(mottak_id=mottak.id, punkt_id=point.id, frist=wanted))
    elif row is not None and wanted is not None and wanted != row.frist:
        change_deadline(work, brev, receiver, point, row=row, day=wanted)


def change_deadline(
    work: Work, brev: Oppdragsbrev, receiver: tuple[Brevmottak, Eining], point: Brevpunkt, *, row: Punktmottak, day: date
) -> None:
    """Give a unit another deadline for a point, today or later; after issuing it is noted and told."""
    mottak, eining = receiver
    _demand_future(work, day, f"e{mottak.id}_{point.id}")
    row.frist = day
    if mottak.sendt is not None:
        work.db.flush()
        note(work, brev, "frist", mottak.id, punkt=point.nr, til=day.isoformat())
        mail.about_point(work, brev, eining, row, subject=mail.DEADLINE, key=f"frist-{row.version}")


def _demand_future(work: Work, day: date | None, name: str) -> None:
    if day is not None and day < work.today:
        raise Refused(_("Fristen er alt ute. Vel ein dato frå i dag."), name)


def _demand_open(work: Work, brev: Oppdragsbrev) -> None:
    if not letters.writes(work, brev) or brev.status == Brevtilstand.AVSLUTTA:
        raise NotFound


def issue(work: Work, brev: Oppdragsbrev) -> int:
    """Issue the letter to the chosen units that have not got it. Answers how many. Raises `Refused` when something lacks."""
    _demand_open(work, brev)
    points = letters.points_of(work, brev)
    waiting = [(row, unit) for row, unit in letters.receivers(work, brev) if row.sendt is None]
    if not waiting:
        raise Refused(_("Vel minst éi eining som ikkje har fått brevet."), "eining")
    if not points or any(not one.kuler for one in points):
        raise Refused(_("Kvart punkt må ha minst eitt kulepunkt før brevet kan sendast."), "eining")
    for one in points:
        if one.punkt.frist is None:
            raise Refused(_("Set ein frist for punkt %(nr)s.", nr=one.punkt.nr), f"f{one.punkt.id}")
        _demand_future(work, one.punkt.frist, f"f{one.punkt.id}")
    for row, _unit in waiting:
        row.sendt = work.now
    first = brev.status == Brevtilstand.KLADD
    if first:
        brev.status, brev.sendt = Brevtilstand.SENDT.value, work.now
    work.db.flush()
    fill_rows(work, brev)
    if first:
        keep_edition(work, brev)
    for row, unit in waiting:
        note(work, brev, "sendt", row.id, utgave=brev.utgave)
        mail.issued(work, brev, unit)
    note(work, brev, SENT_OUT, einingar=len(waiting), utgave=brev.utgave)
    return len(waiting)


def fill_rows(work: Work, brev: Oppdragsbrev) -> None:
    """Give each receiving unit a row for each point and an answer for each bullet it has not got yet."""
    work.db.flush()
    points = letters.points_of(work, brev)
    receivers = [row.id for row, _unit in letters.receivers(work, brev) if row.sendt]
    stands = letters.own_deadlines(work, brev)
    missing = [
        {
            "mottak_id": mottak,
            "punkt_id": one.punkt.id,
            "frist": one.punkt.frist,
            "status": Punkttilstand.OPEN.value,
            "grunn": "",
            "version": 1,
        }
        for mottak in receivers
        for one in points
        if (mottak, one.punkt.id) not in stands
    ]
    if missing:
        work.db.execute(insert(Punktmottak), missing)
    stands = letters.own_deadlines(work, brev)
    have = set(
        work.db.execute(
            select(Brevsvar.punktmottak_id, Brevsvar.kule_id)
            .join(Punktmottak, Punktmottak.id == Brevsvar.punktmottak_id)
            .join(Brevmottak, Brevmottak.id == Punktmottak.mottak_id)
            .where(Brevmottak.brev_id == brev.id)
        ).all()
    )
    answers = [
        {
            "punktmottak_id": stands[mottak, one.punkt.id].id,
            "kule_id": kule.id,
            "tekst": "",
            "status": Svarstatus.IKKJE_STARTA.value,
            "version": 1,
        }
        for mottak in receivers
        for one in points
        for kule in one.kuler
        if (stands[mottak, one.punkt.id].id, kule.id) not in have
    ]
    if answers:
        work.db.execute(insert(Brevsvar), answers)


def keep_edition(work: Work, brev: Oppdragsbrev) -> None:
    """Keep the letter as it is now as its next edition."""
    brev.utgave += 1
    words = ("nn", "nb", "en")
    held = {
        "tittel": brev.tittel,
        "innleiing": {name: getattr(brev, name) for name in words},
        "punkt": [
            {
                "nr": one.punkt.nr,
                "frist": one.punkt.frist.isoformat() if one.punkt.frist else "",
                **{name: getattr(one.punkt, name) for name in words},
                "kuler": [{name: getattr(kule, name) for name in words} for kule in one.kuler],
            }
            for one in letters.points_of(work, brev)
        ],
    }
    work.db.add(Brevutgave(brev_id=brev.id, utgave=brev.utgave, tid=work.now, person_id=work.me.id, innhald=held))
    work.db.flush()


def close(work: Work, brev: Oppdragsbrev) -> None:
    """End a letter: nothing in it changes after that. What is not finished can go into next year's."""
    if not letters.writes(work, brev) or brev.status != Brevtilstand.SENDT:
        raise NotFound
    brev.status, brev.avslutta = Brevtilstand.AVSLUTTA.value, work.now
    work.db.flush()
    note(work, brev, "avslutta")

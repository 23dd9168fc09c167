"""What the administrator reads: the log in plain words, who has read a subject, letters, groups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select

from kjerne.clock import end_of_day
from kjerne.errors import NotFound
from kjerne.models import Epost, Leselogg, Loggline, Person, Tilgangsgruppe, TilgangsgruppeMedlem
from kjerne.work import Work

PAGE = 100
LETTERS = 20
#: Subjects that are no cases: who did it is shown. Of a case the actor is not, since a reporter's name may be withheld.
OPEN_SUBJECTS = frozenset({"person", "eining", "gruppe", "innlesing", "innstilling", "katalog", "system"})


@dataclass(frozen=True)
class LogFilter:
    """What the reader of the log asks for."""

    subjekt_type: str = ""
    hending: str = ""
    fra: date | None = None
    til: date | None = None
    for_id: int | None = None


@dataclass(frozen=True)
class LogLine:
    """A line as shown: `kven` is empty for the system and for cases; `gjeld` is the subject in words when it has a name."""

    line: Loggline
    kven: str
    gjeld: str


def log_lines(work: Work, wanted: LogFilter) -> tuple[list[LogLine], int | None]:
    """The newest lines first, a page at a time; the number to go on from when more follow."""
    query = select(Loggline).order_by(Loggline.id.desc()).limit(PAGE + 1)
    if wanted.subjekt_type:
        query = query.where(Loggline.subjekt_type == wanted.subjekt_type)
    if wanted.hending:
        query = query.where(Loggline.hending == wanted.hending)
    if wanted.fra is not None:
        query = query.where(Loggline.tid > end_of_day(wanted.fra - timedelta(days=1)))
    if wanted.til is not None:
        query = query.where(Loggline.tid <= end_of_day(wanted.til))
    if wanted.for_id is not None:
        query = query.where(Loggline.id < wanted.for_id)
    found = list(work.db.scalars(query))
    shown = found[:PAGE]
    names = _names(work, _people_in(shown))
    lines = [LogLine(line, _actor(line, names), _subject(line, names)) for line in shown]
    return lines, shown[-1].id if len(found) > PAGE else None


def _people_in(lines: Iterable[Loggline]) -> set[int]:
    ids = {int(line.aktor) for line in lines if line.aktor.isdigit() and line.subjekt_type in OPEN_SUBJECTS}
    return ids | {int(line.subjekt_id) for line in lines if line.subjekt_type == "person" and line.subjekt_id.isdigit()}


def _names(work: Work, ids: set[int]) -> dict[int, str]:
    rows = work.db.execute(select(Person.id, Person.namn).where(Person.id.in_(ids)))
    return dict(rows.all())


def _actor(line: Loggline, names: Mapping[int, str]) -> str:
    if line.subjekt_type not in OPEN_SUBJECTS or not line.aktor.isdigit():
        return ""
    return names.get(int(line.aktor), line.aktor)


def _subject(line: Loggline, names: Mapping[int, str]) -> str:
    if line.subjekt_type == "person" and line.subjekt_id.isdigit():
        return names.get(int(line.subjekt_id), line.subjekt_id)
    return line.subjekt_id


def log_kinds(work: Work) -> list[str]:
    """The kinds of subjects that stand in the log."""
    return list(work.db.scalars(select(Loggline.subjekt_type).distinct().order_by(Loggline.subjekt_type)))


@dataclass(frozen=True)
class Read:
    """One reading: when, what, and whether it was denied. Who stands there for open subjects only."""

    tid: datetime
    kva: str
    avvist: bool
    kven: str


def readings(work: Work, subjekt_type: str, subjekt_id: str, limit: int = 200) -> list[Read]:
    """Who has read a subject, the newest first. For a case: times and kinds; names are for the case's own page."""
    rows = work.db.execute(
        select(Leselogg, Person.namn)
        .outerjoin(Person, Person.id == Leselogg.person_id)
        .where(Leselogg.subjekt_type == subjekt_type, Leselogg.subjekt_id == subjekt_id)
        .order_by(Leselogg.id.desc())
        .limit(limit)
    )
    is_open = subjekt_type in OPEN_SUBJECTS
    return [Read(row.tid, row.kva, row.avvist, (namn or "") if is_open else "") for row, namn in rows]


def _letters(work: Work, query: Select[Epost], before: int | None) -> tuple[list[Epost], int | None]:
    """A portion of letters, the newest first, and the number to go on from when more follow."""
    if before is not None:
        query = query.where(Epost.id < before)
    found = list(work.db.scalars(query.order_by(Epost.id.desc()).limit(LETTERS + 1)))
    return found[:LETTERS], found[LETTERS - 1].id if len(found) > LETTERS else None


def my_letters(work: Work, before: int | None = None) -> tuple[list[Epost], int | None]:
    """The letters to me, a portion at a time."""
    return _letters(work, select(Epost).where(Epost.til_person_id == work.me.id), before)


def my_letter(work: Work, letter_id: int) -> Epost:
    """One letter to me. Raises `NotFound` for anybody else's."""
    letter = work.db.get(Epost, letter_id)
    if letter is None or letter.til_person_id != work.me.id:
        raise NotFound
    return letter


def outbox(work: Work, before: int | None = None) -> tuple[list[Epost], int | None]:
    """The letters to anybody, a portion at a time: for headings and delivery only, never the text or the receiver."""
    return _letters(work, select(Epost), before)


@dataclass(frozen=True)
class Group:
    """A group that sees a sensitive kind of case: its name, the roles that belong to it, and who is named into it."""

    row: Tilgangsgruppe
    namn: str
    roller: list[str]
    medlemer: list[Person]


def groups(work: Work) -> list[Group]:
    """All groups with their members."""
    members: dict[int, list[Person]] = {}
    rows = work.db.execute(
        select(TilgangsgruppeMedlem.gruppe_id, Person)
        .join(Person, Person.id == TilgangsgruppeMedlem.person_id)
        .order_by(Person.namn, Person.id)
    )
    for group_id, person in rows:
        members.setdefault(group_id, []).append(person)
    found = work.db.scalars(select(Tilgangsgruppe).order_by(Tilgangsgruppe.id))
    return [
        Group(
            row,
            str(getattr(row, work.sprak)),
            [code for code in row.roller.split(",") if code],
            members.get(row.id, []),
        )
        for row in found
    ]


def get_group(work: Work, group_id: int) -> Tilgangsgruppe:
    """A group. Raises `NotFound`."""
    group = work.db.get(Tilgangsgruppe, group_id)
    if group is None:
        raise NotFound
    return group

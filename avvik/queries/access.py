"""Who sees which case: one predicate, used by every list, page, count, search, export, report and letter.

Outside it a case is 404, indistinguishable from one that does not exist.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from sqlalchemy import Boolean, ColumnElement, Select, and_, bindparam, case, false, literal_column, not_, or_, select

from avvik.models import Avvik, AvvikInhabil, AvvikMeldarLoynd
from avvik.rules import HIGH, Steg, Who, may_ever
from kjerne import asked
from kjerne.access import Right, Rolle
from kjerne.errors import NotFound
from kjerne.katalog import Kopi, every, holds_on
from kjerne.models import Eining, Person, Tilgangsgruppe
from kjerne.work import Work

NUMBER = re.compile(r"(20\d\d)-(\d{1,8})")


@dataclass(frozen=True)
class Grunn:
    """A reason why somebody sees cases: a condition, and the units it holds in (None: wherever). Each has an index of its own."""

    vilkar: ColumnElement[bool]
    einingar: frozenset[int] | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        """The whole reason as one condition."""
        return self.vilkar if self.einingar is None else and_(Avvik.eining_id.in_(self.einingar), self.vilkar)


_ORDINARY: Final = Avvik.sensitiv_gruppe == ""
#: Said in so many words, so that the databases see that the small index of sensitive cases serves.
_SENSITIVE: Final = literal_column("avvik.sensitiv_gruppe <> ''", Boolean)


def _once(work: Work, name: str, make: Callable[[Work], list[Grunn]]) -> list[Grunn]:
    """The reasons of a kind, worked out once for all lists and counts of a page."""
    if name not in work.memo:
        work.memo[name] = make(work)
    found: list[Grunn] = work.memo[name]
    return found


def _copies(work: Work) -> list[Grunn]:
    """Cases of the kinds a role gets copies of (`Kopi`), in that role's units."""
    if not work.has(Right.AVVIK_KOPI):
        return []
    return [
        Grunn(and_(_ORDINARY, Avvik.hovudtype == rule.hovudtype, Avvik.alvor >= rule.min_alvor), units)
        for rule in every(work.db, Kopi)
        if holds_on(rule, work.today) and (units := work.grants.roles.get(Rolle(rule.rolle)))
    ]


def _find_groups(work: Work) -> list[Grunn]:
    found: list[Grunn] = []
    for group in every(work.db, Tilgangsgruppe):
        mine = and_(_SENSITIVE, Avvik.sensitiv_gruppe == group.kode)
        units: set[int] = set()
        for code in filter(None, group.roller.split(",")):
            units |= work.grants.roles.get(Rolle(code), frozenset())
        if group.id in work.grants.groups:
            found.append(Grunn(mine))
        elif units:
            found.append(Grunn(mine, frozenset(units)))
    return found


def _group_reasons(work: Work) -> list[Grunn]:
    """Sensitive cases of the groups this person is in: named one by one, or by a role in the case's unit."""
    return _once(work, "avvik.grupper", _find_groups)


def _find_line(work: Work) -> list[Grunn]:
    lofta = work.units(Right.AVVIK_LES_LOFTA)
    found = [
        Grunn(_ORDINARY, work.units(Right.AVVIK_LES)),
        Grunn(and_(_ORDINARY, or_(Avvik.alvor >= HIGH, Avvik.lofta > 0)), lofta),
    ]
    return [one for one in found if one.einingar] + _copies(work)


def _line_reasons(work: Work) -> list[Grunn]:
    """Ordinary cases read by line, role or copy."""
    return _once(work, "avvik.linje", _find_line)


def _any_of(reasons: Sequence[Grunn]) -> ColumnElement[bool]:
    return or_(false(), *(one.condition for one in reasons))


def mine_reasons(work: Work) -> list[Grunn]:
    """Cases this person filed with her name, also confidential ones. Never anonymous ones: nothing joins them to her."""
    hidden = select(AvvikMeldarLoynd.avvik_id).where(AvvikMeldarLoynd.person_id == work.me.id)
    return [Grunn(Avvik.meldar_id == work.me.id), Grunn(Avvik.id.in_(hidden))]


def mine(work: Work) -> ColumnElement[bool]:
    """The same as one condition."""
    return _any_of(mine_reasons(work))


def not_about_her(work: Work) -> ColumnElement[bool]:
    """Not a case about herself."""
    return not_(Avvik.id.in_(select(AvvikInhabil.avvik_id).where(AvvikInhabil.person_id == work.me.id)))


def in_line(work: Work) -> ColumnElement[bool]:
    """Ordinary cases read by line, role or copy, as one condition."""
    return _any_of(_line_reasons(work))


def reasons(work: Work) -> list[Grunn]:
    """All reasons why she sees cases. She filed it, has it, reads it by line, or is in its group.

    A whistleblowing case is seen by its group alone (aml. 2A), also not by a handler who passed it on.
    """
    return _once(work, "avvik.grunnar", _find_reasons)


def _find_reasons(work: Work) -> list[Grunn]:
    handles = Grunn(and_(Avvik.sakshandsamar_id == work.me.id, not_(Avvik.er_varsel)))
    return [*mine_reasons(work), handles, *_line_reasons(work), *_group_reasons(work)]


def visible(work: Work) -> ColumnElement[bool]:
    """The one door: one of her reasons holds, and the case is not about her. Built once for all questions of a page."""
    if "avvik.synleg" not in work.memo:
        work.memo["avvik.synleg"] = and_(_any_of(reasons(work)), not_about_her(work))
    found: ColumnElement[bool] = work.memo["avvik.synleg"]
    return found


def seen(work: Work) -> ColumnElement[bool]:
    """The same door where something else finds the rows: said so that no database tries to find them by it.

    "Not 0" and not "is 1": PostgreSQL takes an equality it knows nothing of to leave one row in two hundred, and what is asked
    for here she nearly always sees.
    """
    if "avvik.sett" not in work.memo:
        work.memo["avvik.sett"] = case((visible(work), 1), else_=0) != 0
    found: ColumnElement[bool] = work.memo["avvik.sett"]
    return found


def can_see(work: Work, avvik_id: int) -> bool:
    """Whether this person may open that case."""
    return work.db.scalar(select(Avvik.id).where(Avvik.id == avvik_id, seen(work))) is not None


def _numbered(work: Work) -> Select[int]:
    return select(Avvik.id).where(Avvik.aar == bindparam("aar"), Avvik.lopenr == bindparam("lopenr"), seen(work))


def number_of(nr: str) -> tuple[int, int]:
    """Year and number of what people say, such as 2026-17. `NotFound` for anything else."""
    match = NUMBER.fullmatch(nr)
    if match is None:
        raise NotFound
    return int(match[1]), int(match[2])


def deny(work: Work, aar: int, lopenr: int) -> NoReturn:
    """No such case for her: `NotFound`. An attempt at one that is hidden from her is noted in the read log."""
    hidden = work.db.scalar(select(Avvik.id).where(Avvik.aar == aar, Avvik.lopenr == lopenr))
    if hidden is not None:
        work.read("avvik", hidden, "opne", denied=True)
    raise NotFound


def get_avvik(work: Work, nr: str) -> Avvik:
    """The case with that number, if this person may see it. Else `NotFound`; a denied attempt is noted in the read log."""
    aar, lopenr = number_of(nr)
    found = asked.value(work, _numbered, aar=aar, lopenr=lopenr)
    if found is None:
        deny(work, aar, lopenr)
    return work.db.get_one(Avvik, found)


def is_reporter(work: Work, avvik: Avvik) -> bool:
    """Whether this person filed the case with her name (open or confidential)."""
    if work.person is None or avvik.anonym:
        return False
    if avvik.konfidensiell:
        row = work.db.get(AvvikMeldarLoynd, avvik.id)
        return row is not None and row.person_id == work.person.id
    return avvik.meldar_id == work.person.id


def reporter_of(work: Work, avvik: Avvik) -> Person | None:
    """The reporter of an open case. Confidential and anonymous cases answer None: everybody shows "meldaren"."""
    if avvik.meldar_id is None:
        return None
    return work.db.get(Person, avvik.meldar_id)


def in_groups(work: Work) -> ColumnElement[bool]:
    """Sensitive cases of a group she is in, as one condition."""
    return _any_of(_group_reasons(work))


def _grouped(work: Work) -> Select[int]:
    return select(Avvik.id).where(Avvik.id == bindparam("avvik"), in_groups(work))


def _in_group(work: Work, avvik: Avvik) -> bool:
    return asked.value(work, _grouped, avvik=avvik.id) is not None


@dataclass(frozen=True)
class Stand:
    """How a person stands to a case: she filed it with her name, reads it by a role, is in the group that alone sees it.

    `over`: the unit above the case's.
    """

    meldar: bool
    les: bool
    gruppe: bool
    over: int | None


def who_am_i(work: Work, avvik: Avvik) -> frozenset[Who]:
    """What this person is to a case she can see; the steps' table says what that lets her do."""
    stand = Stand(
        meldar=is_reporter(work, avvik),
        les=reads_by_role(work, avvik),
        gruppe=avvik.sensitiv_gruppe != "" and _in_group(work, avvik),
        over=work.db.get_one(Eining, avvik.eining_id).overordna_id,
    )
    return who(work, avvik, stand)


def who(work: Work, avvik: Avvik, stand: Stand) -> frozenset[Who]:
    """The same, where it is known how she stands to the case."""
    unit = avvik.eining_id
    only_revisor = work.has_role(Rolle.REVISOR, unit) and not work.has(Right.AVVIK_BEHANDLE, unit)
    found = {Who.READER} if stand.les and not only_revisor else set()
    if stand.meldar:
        found.add(Who.REPORTER)
    ordinary = avvik.sensitiv_gruppe == ""
    by_right = ordinary and work.has(Right.AVVIK_BEHANDLE, unit) and (stand.les or not stand.meldar)
    by_group = not ordinary and stand.gruppe
    if avvik.sakshandsamar_id == work.me.id or by_right or by_group:
        found.add(Who.HANDLER)
    above = work.has(Right.AVVIK_LUKK_ALVORLEG, unit) or (stand.over is not None and work.has(Right.AVVIK_BEHANDLE, stand.over))
    if above or by_group:
        found.add(Who.ABOVE)
    return frozenset(found)


def by_role(work: Work) -> ColumnElement[bool]:
    """Cases she reads by her role, her group, or because she has them. Laid on top of `visible`, never instead of it."""
    return or_(in_line(work), in_groups(work), Avvik.sakshandsamar_id == work.me.id)


def _by_role(work: Work) -> Select[int]:
    return select(Avvik.id).where(Avvik.id == bindparam("avvik"), by_role(work))


def reads_by_role(work: Work, avvik: Avvik) -> bool:
    """Whether she reads it by her role, her group, or because she has it: not only because she filed it."""
    return asked.value(work, _by_role, avvik=avvik.id) is not None


def get_for_step(work: Work, nr: str, steg: Steg) -> Avvik:
    """The case, for one who reads it by a role and may ever take the step. Raises `NotFound`: for others there is no such page."""
    avvik = get_avvik(work, nr)
    if not may_ever(steg, who_am_i(work, avvik)) or not reads_by_role(work, avvik):
        raise NotFound
    return avvik

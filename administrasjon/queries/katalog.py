"""Reference tables as the settings pages show them: rows with their dates, choices, and what was changed when."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from administrasjon.models import Katalogendring
from administrasjon.rules import ROLLAR_FOR_KOPI
from administrasjon.rules.felt import Felt, Slag
from administrasjon.rules.tabellar import FELTTYPAR, IKON, REKNA_FRA, STADFEST, TABELLAR, Tabell
from kjerne import katalog, log
from kjerne.access import ROLLENAMN
from kjerne.errors import NotFound
from kjerne.i18n import SPRAKNAMN, fdate
from kjerne.i18n import gettext as _
from kjerne.katalog import Alvorsgrad, Hovudtype, Meldeplikt, Post, Underkategori
from kjerne.models import Person, Tilgangsgruppe
from kjerne.work import Work

PAGE = 50
NEVER = date(9999, 12, 31)


def get_table(code: str) -> Tabell:
    """A table that may be edited; another name is `NotFound`."""
    if code not in TABELLAR:
        raise NotFound
    return TABELLAR[code]


@dataclass(frozen=True)
class Kjede:
    """One thing of a table with all its dated rows, the oldest first. The newest is the one that is edited."""

    rader: tuple[Any, ...]
    today: date

    @property
    def nyaste(self) -> Any:
        """The newest row: planned, in force or ended."""
        return self.rader[-1]

    @property
    def planlagd(self) -> bool:
        """Whether the newest row has not begun."""
        return bool(self.nyaste.gjeld_fra > self.today)

    @property
    def ventar(self) -> bool:
        """Whether it has no date yet: a law that is passed but not in force."""
        return bool(self.nyaste.gjeld_fra == NEVER)

    @property
    def gjeld(self) -> Any | None:
        """The row in force today."""
        return next((r for r in reversed(self.rader) if r.gjeld_fra <= self.today and not _ended(r, self.today)), None)

    @property
    def slutt(self) -> date | None:
        """The last day of what is ended, or set to end."""
        found: date | None = self.nyaste.gjeld_til
        return found

    @property
    def slutta(self) -> bool:
        """Whether it is no longer offered."""
        return _ended(self.nyaste, self.today)

    @property
    def vist(self) -> Any:
        """What a list shows: what is in force, else the newest."""
        return self.gjeld or self.nyaste

    @property
    def versjon(self) -> str:
        """A digest of what an edit starts from: another row or other words give another."""
        return fingerprint(self.nyaste)


def _ended(row: Any, today: date) -> bool:
    return row.gjeld_til is not None and row.gjeld_til < today


def fingerprint(row: Any) -> str:
    """A digest of a row with all its columns."""
    values = {column.key: str(getattr(row, column.key)) for column in row.__table__.columns}
    return log.digest(json.dumps(values, sort_keys=True))


def _all(tabell: Tabell) -> Select[Any]:
    table: Any = katalog.TABLES[tabell.kode]
    order = [table.rekkje] if "rekkje" in table.__table__.c else []
    return select(table).order_by(*order, table.gjeld_fra, table.id)


def chains(work: Work, tabell: Tabell) -> list[Kjede]:
    """Everything of a table, in its order, ended things too. One query."""
    found: dict[object, list[Any]] = {}
    for row in work.db.scalars(_all(tabell)):
        found.setdefault(getattr(row, tabell.nokkel) if tabell.nokkel else row.id, []).append(row)
    made = [Kjede(tuple(sorted(rows, key=lambda row: (row.gjeld_fra, row.id))), work.today) for rows in found.values()]
    return sorted(made, key=lambda one: (one.slutta, getattr(one.nyaste, "rekkje", 0)))


def get_chain(work: Work, tabell: Tabell, row_id: int, *, lock: bool = False) -> Kjede:
    """One thing by the number of any of its rows; `lock` keeps others out until the transaction ends."""
    table: Any = katalog.TABLES[tabell.kode]
    first = work.db.get(table, row_id)
    if first is None:
        raise NotFound
    query = _all(tabell)
    same = getattr(table, tabell.nokkel) == getattr(first, tabell.nokkel) if tabell.nokkel else table.id == row_id
    query = query.where(same)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    rows = sorted(work.db.scalars(query), key=lambda row: (row.gjeld_fra, row.id))
    return Kjede(tuple(rows), work.today)


Words = Mapping[str, Mapping[str, str]]
#: Texts of a row that a list shows under its name.
UNDER_NAME = frozenset({"definisjon", "styresmakt", "regel"})


def name_of(tabell: Tabell, row: Any, words: Words, *, kort: bool = False) -> str:
    """What a row is called where a person reads it; `kort`: of a rule only the first part, for a list that says the rest below.

    `words`: the table's choices, and the levels for the deadlines.
    """
    if isinstance(row, Post):
        return row.label
    if tabell.kode == "frist":
        return words["alvor"].get(str(row.alvor), str(row.alvor))
    said = [words[one.val].get(str(getattr(row, one.stamme)), "") for one in _chosen(tabell, row)]
    return " · ".join(part for part in (said[:1] if kort else said) if part)


def _chosen(tabell: Tabell, row: Any) -> list[Felt]:
    """What a rule is about: its choices that are made."""
    return [one for one in tabell.felt if one.slag is Slag.VAL and getattr(row, one.stamme)]


def facts_of(tabell: Tabell, row: Any, words: Words) -> list[str]:
    """The rest of a row in short, for a list."""
    found: list[str] = []
    named = _chosen(tabell, row)[:1] if not tabell.nokkel else []
    for one in tabell.felt:
        value = row.text(one.stamme) if one.stamme in UNDER_NAME else getattr(row, one.kolonnar[0])
        if one.slag is Slag.HAKE and value:
            found.append(str(one.namn))
        elif one.slag is Slag.TAL and value is not None:
            found.append(f"{one.namn}: {value}")
        elif one.slag is Slag.VAL and value and one not in named and one.stamme not in {"ikon", tabell.gruppe}:
            found.append(f"{one.namn}: {words[one.val].get(str(value), value)}")
        elif one.stamme in UNDER_NAME and value:
            found.append(str(value))
    return found


def code_of(tabell: Tabell, row: Any) -> str:
    """What a change is filed under: the code, or what the rule is about."""
    if tabell.nokkel:
        return str(getattr(row, tabell.nokkel))
    return "/".join(str(getattr(row, column)) for column in tabell.kolonnar if column != "krev_personskade")


def _labels(rows: Iterable[Post]) -> dict[str, str]:
    return {row.kode: row.label for row in rows}


def choices(work: Work, tabell: Tabell) -> dict[str, dict[str, str]]:
    """The lists a table's fields choose from: name of the list → code → text. Only those the table uses are read."""
    used = {one.val for one in tabell.felt if one.val} | ({"alvor"} if tabell.kode == "frist" else set())
    db, today = work.db, work.today
    found: dict[str, dict[str, str]] = {
        "felttype": {code: str(text) for code, text in FELTTYPAR.items()},
        "ikon": {code: str(text) for code, text in IKON.items()},
        "rekna_fra": {"": _("Ikkje sett"), **{code: str(text) for code, text in REKNA_FRA.items()}},
        "stadfest": {code: str(text) for code, text in STADFEST.items()},
        "rolle": {rolle.value: str(ROLLENAMN[rolle]) for rolle in ROLLAR_FOR_KOPI},
    }
    if used & {"hovudtype", "hovudtype_eller_alle", "underkategori_i_type"}:
        types = _labels(db.scalars(katalog.in_force(Hovudtype, today)))
        found["hovudtype"] = types
        found["hovudtype_eller_alle"] = {"": _("Alle hovudtypar"), **types}
        if "underkategori_i_type" in used:
            kinds = db.scalars(katalog.in_force(Underkategori, today))
            found["underkategori_i_type"] = {row.kode: f"{types.get(row.hovudtype, _('Alle'))}: {row.label}" for row in kinds}
    if "underkategori" in used:
        found["underkategori"] = {"": _("Alle kategoriar"), **_labels(db.scalars(katalog.in_force(Underkategori, today)))}
    if "alvor" in used:
        levels = sorted(db.scalars(katalog.in_force(Alvorsgrad, today)), key=lambda row: row.niva)
        found["alvor"] = {str(row.niva): f"{row.niva} {row.label}" for row in levels}
    if "meldeplikt" in used:
        found["meldeplikt"] = _labels(
            db.scalars(select(Meldeplikt).where(Meldeplikt.gjeld_til.is_(None)).order_by(Meldeplikt.rekkje))
        )
    if "gruppe" in used:
        groups = db.scalars(select(Tilgangsgruppe).order_by(Tilgangsgruppe.id))
        found["gruppe"] = {
            "": _("Ingen: alle som les saker i eininga"),
            **{row.kode: str(getattr(row, work.sprak)) for row in groups},
        }
    return found


@dataclass(frozen=True)
class Skilnad:
    """One field of a change, as people read it."""

    felt: str
    fra: str
    til: str


@dataclass(frozen=True)
class Endring:
    """One change: when, who, of what, and from → to."""

    rad: Katalogendring
    kven: str
    skilnader: tuple[Skilnad, ...]


def _column_name(tabell: Tabell | None, column: str, names: Mapping[str, object]) -> str:
    one = tabell.felt_for(column) if tabell else None
    if one is None:
        return str(names.get(column, column))
    if one.slag in {Slag.TEKST3, Slag.LISTE3}:
        return f"{one.namn} ({SPRAKNAMN[column[-2:]].lower()})"
    return str(one.namn)


def _said(tabell: Tabell | None, column: str, value: object, words: Words) -> str:
    """A stored value as people read it."""
    one = tabell.felt_for(column) if tabell else None
    if isinstance(value, bool):
        return _("Ja") if value else _("Nei")
    text = "" if value is None else str(value)
    if one is not None and one.slag is Slag.VAL:
        return words.get(one.val, {}).get(text, text)
    if one is not None and one.slag is Slag.FLEIRE:
        return ", ".join(words.get(one.val, {}).get(code, code) for code in text.split("|") if code)
    if one is not None and one.slag is Slag.LISTE3:
        return ", ".join(text.split("|"))
    if column in {"gjeld_fra", "gjeld_til"} and text:
        return fdate(date.fromisoformat(text))
    return text


def changes(
    work: Work,
    tabell: Tabell | None,
    code: str,
    names: Mapping[str, object],
    *,
    key: str = "",
    before: int | None = None,
    limit: int = PAGE,
) -> tuple[list[Endring], int | None]:
    """What was changed in a table (or of one thing in it), newest first, and where the next page begins."""
    query = (
        select(Katalogendring, Person.namn)
        .outerjoin(Person, Person.id == Katalogendring.person_id)
        .where(Katalogendring.tabell == code)
        .order_by(Katalogendring.id.desc())
        .limit(limit + 1)
    )
    if key:
        query = query.where(Katalogendring.kode == key)
    if before is not None:
        query = query.where(Katalogendring.id < before)
    rows = work.db.execute(query).all()
    words = choices(work, tabell) if tabell and rows else {}
    found = [
        Endring(
            row,
            namn or _("Systemet"),
            tuple(
                Skilnad(_column_name(tabell, col, names), _said(tabell, col, was, words), _said(tabell, col, now, words))
                for col, (was, now) in row.felt.items()
            ),
        )
        for row, namn in rows[:limit]
    ]
    return found, rows[limit - 1][0].id if len(rows) > limit else None


def names_by_code(work: Work, tabell: Tabell) -> dict[str, str]:
    """What each code of a table is called now."""
    words = choices(work, tabell)
    return {code_of(tabell, one.nyaste): name_of(tabell, one.vist, words) for one in chains(work, tabell)}


def latest_changes(work: Work) -> dict[str, datetime]:
    """When each table was last changed. One query."""
    rows = work.db.execute(
        select(Katalogendring.tabell, func.max(Katalogendring.tid).label("sist")).group_by(Katalogendring.tabell)
    )
    return {row.tabell: row.sist for row in rows}


def counts(work: Work) -> dict[str, int]:
    """How many rows each editable table has in force today. One query."""
    parts: list[Any] = []
    for code in TABELLAR:
        table: Any = katalog.TABLES[code]
        parts.append(select(func.count()).select_from(table).where(katalog.holds(table, work.today)).scalar_subquery().label(code))
    row = work.db.execute(select(*parts)).one()
    return dict(zip(TABELLAR, row, strict=True))

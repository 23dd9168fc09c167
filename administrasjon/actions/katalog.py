"""Changing reference data: an old row ends and a new one begins, so that old cases keep theirs. Nothing begun is deleted.

A change holds from today or later. A second change the same day corrects the first: a row has no shorter life than a day.
Each change is a line of the log (field names and digests) and a `Katalogendring` with the words, from → to.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from administrasjon.models import Katalogendring
from administrasjon.queries.katalog import NEVER, Kjede, chains, code_of, fingerprint, get_chain
from administrasjon.rules.kontroll import MAX_CODE, code_from
from administrasjon.rules.tabellar import Tabell
from kjerne import katalog, log
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.katalog import Meldeplikt, MeldepliktKopling
from kjerne.work import Work

FURTHEST = timedelta(days=3 * 366)
DAY = timedelta(days=1)
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Onske:
    """What an editor wants: the values, the first day they hold, and the version her page was opened with."""

    values: Values
    gjeld_fra: date
    versjon: str = ""


def note(  # noqa: PLR0917 - what a change is, in the order it is said
    work: Work, tabell: str, code: str, slag: str, felt: Mapping[str, list[Any]], first: date | None = None
) -> None:
    """Write a change down: the words here, the field names and digests of them in the log."""
    work.db.add(
        Katalogendring(
            tid=work.now,
            person_id=work.person.id if work.person else None,
            tabell=tabell,
            kode=code[:200],
            slag=slag,
            gjeld_fra=first,
            felt=dict(felt),
        )
    )
    work.db.flush()
    before, after = ([pair[side] for pair in felt.values()] for side in (0, 1))
    log.record(
        work,
        "katalog" if tabell != "kommunen" else "innstilling",
        tabell,
        f"katalog:{slag}" if tabell != "kommunen" else "innstilling:endra",
        kode=code[:200] or None,
        felt=",".join(sorted(felt)),
        gjeld_fra=first.isoformat() if first else None,
        fra=log.digest(json.dumps(before, default=str)),
        til=log.digest(json.dumps(after, default=str)),
    )


def _demand_date(work: Work, first: date) -> None:
    if first < work.today:
        raise Refused(_("Datoen kan ikkje vere før i dag: saker som alt er melde, skal halde på sitt."), "gjeld_fra")
    if first > work.today + FURTHEST:
        raise Refused(_("Datoen ligg for langt fram. Vel ein dag innan tre år."), "gjeld_fra")


def _demand_version(chain: Kjede, versjon: str) -> None:
    if versjon != chain.versjon:
        raise Conflict(_("Nokon andre endra dette medan du heldt på. Ditt er ikkje lagra."))


def _free_code(work: Work, table: Any, text: str) -> str:
    base = code_from(text)
    if not base:
        raise Refused(_("Namnet må ha minst éin bokstav eller eitt tal."), "nn")
    taken = set(work.db.scalars(select(table.kode).where(table.kode.startswith(base, autoescape=True))))
    number, code = 1, base
    while code in taken:
        number += 1
        code = f"{base[: MAX_CODE - 4]}_{number}"
    return code


def add(work: Work, tabell: Tabell, wish: Onske) -> Any:
    """A new type, category or rule, from a day on. Raises `Refused` for a date before today or a rule that stands already."""
    if not tabell.kan_leggje_til:
        raise NotFound
    _demand_date(work, wish.gjeld_fra)
    table: Any = katalog.TABLES[tabell.kode]
    extra: dict[str, Any] = {}
    if tabell.nokkel == "kode":
        extra["kode"] = _free_code(work, table, str(wish.values["nn"]))
        extra["rekkje"] = _next_place(work, tabell, table, wish.values)
    else:
        _demand_new_rule(work, tabell, wish.values)
    row = table(**wish.values, **extra, gjeld_fra=wish.gjeld_fra)
    work.db.add(row)
    work.db.flush()
    note(
        work,
        tabell.kode,
        code_of(tabell, row),
        "ny",
        {key: [None, value] for key, value in wish.values.items() if value},
        wish.gjeld_fra,
    )
    return row


def _next_place(work: Work, tabell: Tabell, table: Any, values: Values) -> int:
    query = select(func.max(table.rekkje)).where(table.kode != "anna")
    if tabell.gruppe:
        query = query.where(getattr(table, tabell.gruppe) == values[tabell.gruppe])
    return (work.db.scalar(query) or 0) + 1


def _demand_new_rule(work: Work, tabell: Tabell, values: Values, but: int | None = None) -> None:
    for chain in chains(work, tabell):
        row = chain.nyaste
        if not chain.slutta and row.id != but and all(getattr(row, key) == value for key, value in values.items()):
            raise Refused(_("Denne regelen finst alt."), tabell.felt[0].stamme)


def change(work: Work, tabell: Tabell, row_id: int, wish: Onske) -> bool:
    """Change a thing from a day on; what is ended is taken into use again. False when nothing differs.

    Raises `Conflict` when somebody was first, `Refused` for a date before today.
    """
    chain = get_chain(work, tabell, row_id, lock=True)
    _demand_version(chain, wish.versjon)
    row = chain.nyaste
    differs = {key: [getattr(row, key), value] for key, value in wish.values.items() if getattr(row, key) != value}
    _demand_unlocked(tabell, row, differs)
    moved = chain.planlagd and wish.gjeld_fra != row.gjeld_fra
    if not differs and not moved and row.gjeld_til is None:
        return False
    if not (chain.planlagd and not moved):
        _demand_date(work, wish.gjeld_fra)
    if not tabell.nokkel:
        _demand_new_rule(work, tabell, wish.values, but=row.id)
    slag = "endra" if row.gjeld_til is None else "attende"
    code = code_of(tabell, row)
    if row.gjeld_til is not None:
        differs["gjeld_til"] = [row.gjeld_til.isoformat(), None]
    if moved:
        differs["gjeld_fra"] = [row.gjeld_fra.isoformat(), wish.gjeld_fra.isoformat()]
    _write(work, chain, wish)
    note(work, tabell.kode, code, slag, differs, wish.gjeld_fra)
    return True


def _demand_unlocked(tabell: Tabell, row: Any, differs: Values) -> None:
    """What the program relies on keeps its place and its kind of answer."""
    if tabell.nokkel == "kode" and row.kode in tabell.faste:
        for column in sorted(tabell.laaste & differs.keys()):
            raise Refused(
                _("Programmet byggjer på dette feltet. Du kan endre teksten, men ikkje kvar det høyrer heime eller svartypen."),
                column,
            )


def _write(work: Work, chain: Kjede, wish: Onske) -> None:
    row = chain.nyaste
    same_day = row.gjeld_fra == wish.gjeld_fra
    planned_end_only = row.gjeld_til is not None and not chain.slutta and all(getattr(row, k) == v for k, v in wish.values.items())
    if chain.planlagd or same_day or planned_end_only:
        if chain.planlagd and not same_day:
            _move_planned(chain, wish.gjeld_fra)
        for key, value in wish.values.items():
            setattr(row, key, value)
        row.gjeld_til = None
    else:
        values = {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key not in {"id", "gjeld_til"}}
        if row.gjeld_til is None or row.gjeld_til >= wish.gjeld_fra:
            row.gjeld_til = wish.gjeld_fra - DAY
        work.db.add(type(row)(**{**values, **wish.values, "gjeld_fra": wish.gjeld_fra}))
    work.db.flush()


def _move_planned(chain: Kjede, first: date) -> None:
    before = chain.rader[-2] if len(chain.rader) > 1 else None
    if before is not None:
        if before.gjeld_fra >= first:
            raise Refused(_("Det begynte noko anna den dagen. Vel ein seinare dag."), "gjeld_fra")
        if before.gjeld_til == chain.nyaste.gjeld_fra - DAY:
            before.gjeld_til = first - DAY
    chain.nyaste.gjeld_fra = first


def end(work: Work, tabell: Tabell, row_id: int, first_without: date, versjon: str) -> None:
    """Stop offering a thing from a day on. Cases that use it keep it. Raises `Refused` for what must stay."""
    chain = get_chain(work, tabell, row_id, lock=True)
    _demand_version(chain, versjon)
    row = chain.nyaste
    if not tabell.kan_avslutte or chain.slutta or (tabell.nokkel == "kode" and row.kode in tabell.faste):
        raise Refused(_("Denne kan ikkje takast ut av bruk: programmet eller lova treng han."), "slutt_fra")
    if chain.planlagd:
        raise Refused(_("Det ligg ei planlagd endring. Ta henne bort først."), "slutt_fra")
    _demand_date_of_end(work, first_without)
    if tabell.nokkel and not any(one.gjeld and one.nyaste.id != row.id for one in chains(work, tabell)):
        raise Refused(_("Dette er den siste. Minst éin må stå att."), "slutt_fra")
    if isinstance(row, Meldeplikt):
        _demand_no_triggers(work, row)
    before, row.gjeld_til = row.gjeld_til, first_without - DAY
    work.db.flush()
    felt = {"gjeld_til": [before.isoformat() if before else None, row.gjeld_til.isoformat()]}
    note(work, tabell.kode, code_of(tabell, row), "avslutta", felt, first_without)


def _demand_date_of_end(work: Work, first_without: date) -> None:
    try:
        _demand_date(work, first_without)
    except Refused as refused:
        raise Refused(refused.message, "slutt_fra") from None


def _demand_no_triggers(work: Work, row: Meldeplikt) -> None:
    live = katalog.holds(MeldepliktKopling, work.today)
    count = work.db.scalar(
        select(func.count()).select_from(MeldepliktKopling).where(MeldepliktKopling.meldeplikt == row.kode, live)
    )
    if count:
        raise Refused(_("Plikta kjem framleis opp i %(n)s slag saker. Ta ut dei reglane først.", n=count), "slutt_fra")


def drop_planned(work: Work, tabell: Tabell, row_id: int, versjon: str) -> None:
    """Take back a change that has not begun: what holds now goes on. The one row that is deleted: nothing ever used it."""
    chain = get_chain(work, tabell, row_id, lock=True)
    _demand_version(chain, versjon)
    row = chain.nyaste
    if not chain.planlagd or row.gjeld_fra == NEVER:
        raise NotFound
    before = chain.rader[-2] if len(chain.rader) > 1 else None
    if before is not None and before.gjeld_til == row.gjeld_fra - DAY:
        before.gjeld_til = None
    code, first = code_of(tabell, row), row.gjeld_fra
    felt = {key: [getattr(row, key), getattr(before, key) if before else None] for key in tabell.kolonnar}
    work.db.delete(row)
    work.db.flush()
    note(work, tabell.kode, code, "droppa", {key: pair for key, pair in felt.items() if pair[0] != pair[1]}, first)


def order_version(rows: list[Kjede]) -> str:
    """A digest of an order, so that two who move at once are told."""
    return log.digest(",".join(str(one.nyaste.id) for one in rows))


def neighbours(work: Work, tabell: Tabell, row: Any) -> list[Kjede]:
    """The things a row is ordered among: those in use in its group."""
    group = getattr(row, tabell.gruppe) if tabell.gruppe else None
    return [
        one for one in chains(work, tabell) if not one.slutta and (not tabell.gruppe or getattr(one.nyaste, tabell.gruppe) == group)
    ]


def move(work: Work, tabell: Tabell, row_id: int, *, up: bool, versjon: str) -> None:
    """Move a thing one place up or down. Order has no dates: it is only how a list is shown."""
    if not tabell.ordna:
        raise NotFound
    table: Any = katalog.TABLES[tabell.kode]
    work.db.scalars(select(table).with_for_update()).all()
    chain = get_chain(work, tabell, row_id)
    rows = neighbours(work, tabell, chain.nyaste)
    if versjon != order_version(rows):
        raise Conflict(_("Rekkjefølgja er endra medan du heldt på. Sjå korleis ho er no, og flytt på nytt."))
    here = next((at for at, one in enumerate(rows) if one.nyaste.id == chain.nyaste.id), None)
    there = None if here is None else here + (-1 if up else 1)
    if here is None or there is None or not 0 <= there < len(rows):
        raise NotFound
    rows[here], rows[there] = rows[there], rows[here]
    for place, one in enumerate(rows, start=1):
        for row in one.rader:
            row.rekkje = place
    work.db.flush()
    note(work, tabell.kode, code_of(tabell, chain.nyaste), "flytta", {"rekkje": [here + 1, there + 1]})


__all__ = ["Onske", "add", "change", "drop_planned", "end", "fingerprint", "move", "neighbours", "note", "order_version"]

"""What the lists are narrowed to, read from an address or a form, and the filters a person has saved."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select

from avvik.models import AvvikFilter
from avvik.queries.lists import NOTHING, Innsnevring, Lister
from avvik.queries.prosedyre import title_of
from avvik.rules import LEVELS, Status
from avvik.views.area import area
from kjerne import asked
from kjerne.access import Open
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.text import clean
from kjerne.web import render
from kjerne.work import Work
from prosedyrar.queries import pick

MOST_FILTERS = 20
PROCEDURE_WORDS = 100
CODE, NAME = 60, 60
FIRST_YEAR, LAST_YEAR = 1990, 2199
#: What an address may say.
_LEVELS, _STATUSES, _LISTS = frozenset(map(str, LEVELS)), frozenset(Status), frozenset(Lister)


def _day(raw: str) -> date | None:
    """A day cases can be from; years that no clock can count from are not understood."""
    try:
        day = date.fromisoformat(raw.strip()[:10])
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def narrowed_by(fields: Mapping[str, str]) -> Innsnevring:
    """What an address or a form narrows a list to; what is not understood does not narrow."""
    if not fields:
        return NOTHING
    level, status, procedure = fields.get("alvor", ""), fields.get("status", ""), fields.get("prosedyre", "")

    def code(name: str) -> str:
        found = fields.get(name, "")[:CODE]
        return found if found.isprintable() else ""

    return Innsnevring(
        eining=code("eining"),
        hovudtype=code("hovudtype"),
        underkategori=code("underkategori"),
        art=code("art"),
        alvor=int(level) if level in _LEVELS else None,
        status=status if status in _STATUSES else "",
        utfall=code("utfall"),
        fra=_day(fields.get("fra", "")),
        til=_day(fields.get("til", "")),
        prosedyre=int(procedure) if procedure.isascii() and procedure.isdigit() and len(procedure) < 10 else None,
        tel="avvik" if fields.get("tel") == "avvik" else "",
    )


def list_of(fields: Mapping[str, str]) -> Lister:
    """The list named, else what waits for me."""
    asked = fields.get("liste", Lister.VENTAR.value)
    return Lister(asked) if asked in _LISTS else Lister.VENTAR


def before_of(fields: Mapping[str, str]) -> int | None:
    """The key a page of a list begins after; None for the first page."""
    raw = fields.get("for", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def place_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Which list, narrowed to what, and which page of it: what a case's page and its steps carry along, so that she stays there."""
    before = before_of(fields)
    page = {} if before is None else {"for": str(before)}
    named = {"liste": list_of(fields).value} if "liste" in fields else {}
    return {**named, **narrowed_by(fields).named(), **page}


def place(fields: Mapping[str, str]) -> str:
    """The same as the end of an address; empty when she came from no list."""
    found = place_of(fields) if fields else {}
    return f"?{urlencode(found)}" if found else ""


def _mine(work: Work) -> Select[int, str, str]:
    chosen = select(AvvikFilter.id, AvvikFilter.namn, AvvikFilter.sporjing)
    return chosen.where(AvvikFilter.person_id == work.me.id).order_by(AvvikFilter.namn)


def my_filters(work: Work) -> list[Any]:
    """The filters this person has saved, by name: id, namn, sporjing."""
    return asked.rows(work, _mine)


@area.page("/filter/prosedyre", needs=Open.LOGGED_IN)
def vel_prosedyre(work: Work) -> str:
    """Find the procedure a list is to be narrowed to: there are too many for a list of choices. The rest of the filter is kept."""
    words = request.args.get("q", "").strip()[:PROCEDURE_WORDS]
    narrow = narrowed_by(request.args)
    rest = {"liste": list_of(request.args).value, **{name: value for name, value in narrow.named().items() if name != "prosedyre"}}
    return render(
        work,
        "avvik/filter_prosedyre.html",
        q=words,
        resten=rest,
        attende=f"/avvik/?{urlencode(rest)}",
        treff=[(one, f"/avvik/?{urlencode({**rest, 'prosedyre': one.id})}") for one in pick(work, words)] if words else [],
        vald=title_of(work, narrow.prosedyre) if narrow.prosedyre is not None else "",
    )


@area.page("/filter", needs=Open.LOGGED_IN, method="POST")
def lagre_filter(work: Work) -> ResponseReturnValue:
    """Save what the list is narrowed to under a name; the same name again replaces it."""
    name = clean(request.form.get("namn", ""), max_len=NAME, multiline=False)
    if not name:
        raise Refused(_("Skriv eit namn på filteret."), "namn")
    narrow = narrowed_by(request.form)
    question = urlencode({"liste": list_of(request.form).value, **narrow.named()})
    row = work.db.scalar(select(AvvikFilter).where(AvvikFilter.person_id == work.me.id, AvvikFilter.namn == name))
    if row is None:
        mine = select(func.count()).select_from(AvvikFilter).where(AvvikFilter.person_id == work.me.id)
        if (work.db.scalar(mine) or 0) >= MOST_FILTERS:
            raise Refused(_("Du har %(n)s lagra filter. Slett eitt før du lagrar eit nytt.", n=MOST_FILTERS), "namn")
        work.db.add(AvvikFilter(person_id=work.me.id, namn=name, sporjing=question))
    else:
        row.sporjing = question
    return redirect(f"/avvik/?{question}", 303)


@area.page("/filter/<id:filter_id>/slett", needs=Open.LOGGED_IN, method="POST")
def slett_filter(work: Work, filter_id: int) -> ResponseReturnValue:
    """Delete one of my own saved filters."""
    row = work.db.scalar(select(AvvikFilter).where(AvvikFilter.id == filter_id, AvvikFilter.person_id == work.me.id))
    if row is None:
        raise NotFound
    work.db.delete(row)
    return redirect("/avvik/", 303)

"""The edge: every page goes through `Area.page`, which asks who, whether they may, checks CSRF, opens the `Work`, and commits.

A POST that returns commits; raising rolls back, and so does a page that refuses (4xx: the form again, with what is wrong in it),
unless the view said `work.keep_when_refused()`. A GET changes no domain data: the edge alone writes, in a short
transaction of its own, the read log (before the content is sent) and the session's last-seen (at most once a minute).
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, wraps
from typing import Any, Final, NamedTuple, TypeAlias

import flask_login
from flask import Blueprint, Flask, current_app, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf, validate_csrf
from sqlalchemy import insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from kjerne import fullmakt, sessions
from kjerne.access import Open, Right
from kjerne.asked import Asking, ahead
from kjerne.config import Config
from kjerne.db import Databases, table
from kjerne.errors import Conflict, NotFound, Refusal, TooMany
from kjerne.i18n import SPRAK, language
from kjerne.i18n import gettext as _
from kjerne.innstilling import house_language, settings
from kjerne.known import known
from kjerne.models import Leselogg, Okt, Person
from kjerne.work import Grants, Handler, Work
from kjerne.written import write

SPRAK_COOKIE = "internkontroll_sprak"
MAX_FIELDS = 500
#: An answer from here on says that nothing was saved.
FIRST_REFUSAL = 400


@dataclass(frozen=True)
class MenuItem:
    """An entry of the menu, for those who hold one of its rights, and for those something waits for.

    `badge` counts what waits, from the same query as the list; `asks` says which questions it will ask, so that those of the
    whole menu are asked at once.
    """

    text: object
    endpoint: str
    icon: str
    rights: tuple[Right, ...] = ()
    badge: Callable[[Work], int] | None = None
    asks: Callable[[Work], Sequence[Asking]] | None = None


@dataclass(frozen=True)
class House:
    """What the running application consists of; `app.py` puts it together."""

    config: Config
    databases: Databases
    clock: Callable[[], datetime]
    handlers: Mapping[type, tuple[Handler, ...]] = field(default_factory=dict)
    menu: Sequence[MenuItem] = ()


class Innlogga(flask_login.UserMixin):
    """The person behind the request, as Flask-Login knows her."""

    def __init__(self, okt: Okt, person: Person, grants: Grants) -> None:
        self.okt = okt
        self.person = person
        self.grants = grants

    def get_id(self) -> str:
        """The session's number: identity is the session row, not the person."""
        return str(self.okt.id)


def house() -> House:
    """The running application's parts."""
    found: House = current_app.extensions["internkontroll"]
    return found


def load_user(_request: object) -> Innlogga | None:
    """Flask-Login's question "who is this?": the one place that decides, ready for single sign-on."""
    token = request.cookies.get(sessions.cookie_name(house().config))
    if not token:
        return None
    found = fullmakt.who(g.db, house().config, token, g.now)
    return Innlogga(*found) if found else None


View: TypeAlias = Callable[..., ResponseReturnValue]


class Area(Blueprint):
    """A Flask Blueprint with one decorator of ours."""

    def page(
        self, rule: str, *, needs: Right | Open, method: str = "GET", settled: frozenset[str] | None = None
    ) -> Callable[[View], View]:
        """Publish a view at `rule`. `needs` has no default: deny unless said. The view gets a `Work` first.

        `settled`: this page asks the same questions whoever comes, as long as its address has no other arguments than these
        (`Databases.reading`).
        """

        def decorate(view: View) -> View:
            @wraps(view)
            def edge(**values: object) -> Response:
                return _serve(view, needs, method, values, settled)

            endpoint = view.__name__
            self.add_url_rule(rule, endpoint, edge, methods=[method])
            self.record(lambda state: _note_need(state.app, f"{self.name}.{endpoint}", needs))
            return view

        return decorate


def _note_need(app: Flask | Any, endpoint: str, needs: Right | Open) -> None:
    app.extensions.setdefault("internkontroll_needs", {})[endpoint] = needs


def _serve(view: View, needs: Right | Open, method: str, values: Mapping[str, object], settled: frozenset[str] | None) -> Response:
    parts = house()
    writes = method != "GET"
    same = settled is not None and settled.issuperset(request.args)
    scope: AbstractContextManager[Session] = parts.databases.writing() if writes else parts.databases.reading(settled=same)
    with scope as db:
        work = _open_work(db, parts)
        g.work = work
        with language(work.sprak):
            try:
                answer = _gate(work, needs, writes=writes) or make_response(view(work, **values))
                if writes:
                    if answer.status_code >= FIRST_REFUSAL and not work.kept_when_refused:
                        db.rollback()
                    _write_readings(db, work)
                    db.commit()
            except (Refusal, StaleDataError) as problem:
                db.rollback()
                answer = error_page(work, problem if isinstance(problem, Refusal) else _changed_meanwhile())
                if writes and work.readings:
                    _write_readings(db, work)
                    db.commit()
            if not writes:
                _note_use(parts, work)
            return answer


def _changed_meanwhile() -> Conflict:
    """Two had the same row open, and the other was first. Pages with long texts show both themselves."""
    return Conflict(_("Nokon andre endra dette medan du heldt på. Ditt er ikkje lagra. Gå tilbake, og sjå kva som er nytt."))


def _open_work(db: Session, parts: House) -> Work:
    g.db, g.now = db, parts.clock()
    user = flask_login.current_user._get_current_object()  # noqa: SLF001 - Werkzeug's documented way past a proxy, which asks each time
    hers = user if isinstance(user, Innlogga) else None
    person = hers.person if hers else None
    grants = hers.grants if hers else Grants()
    chosen = (person.sprak if person else None) or request.cookies.get(SPRAK_COOKIE) or ""
    sprak = chosen if chosen in SPRAK else house_language(db)
    return Work(db, person, g.now, grants, sprak, parts.config, parts.handlers, hers.okt if hers else None)


def our_settings() -> dict[str, str]:
    """The municipality's settings, read once per request."""
    if "innstillingar" not in g:
        g.innstillingar = settings(g.db)
    found: dict[str, str] = g.innstillingar
    return found


def _gate(work: Work, needs: Right | Open, *, writes: bool) -> Response | None:
    """The one order of questions: is she logged in, has she the right, is the form's token ours."""
    if needs is not Open.ALL and work.person is None:
        return _ask_login(work, writes=writes)
    if isinstance(needs, Right) and not work.has(needs):
        raise NotFound
    if "\x00" in request.path:  # no address of ours holds one, and PostgreSQL refuses to be asked about it
        raise NotFound
    if writes:
        if len(request.form) > MAX_FIELDS:
            raise Refusal(_("Skjemaet har for mange felt. Last sida på nytt og prøv igjen."))
        try:
            _check_token(request.form.get("csrf_token") or request.headers.get("X-CSRFToken"))
        except ValidationError:
            raise Refusal(
                _("Sida var for gamal til å sende frå. Last ho på nytt og send igjen. Ingenting er lagra eller endra.")
            ) from None
    return None


def _ask_login(work: Work, *, writes: bool) -> Response:
    if not writes:
        return redirect(url_for("konto.logg_inn", next=request.full_path.rstrip("?")), 303)
    message = _("Ingenting er lagra eller endra. Gå tilbake i nettlesaren og ta kopi av teksten før du loggar inn att.")
    refusal = Refusal(message)
    answer = error_page(work, refusal, status=401)
    answer.headers["X-Innlogging"] = "1"
    return answer


_READ: Final = insert(table(Leselogg))


def _readings(work: Work) -> list[dict[str, object]]:
    return [
        {
            "tid": work.now,
            "person_id": work.person.id if work.person else None,
            "subjekt_type": reading.subject_type,
            "subjekt_id": reading.subject_id,
            "kva": reading.what,
            "avvist": reading.denied,
        }
        for reading in work.readings
    ]


def _write_readings(db: Session, work: Work) -> None:
    if work.readings:
        db.flush()
        write(db.connection(), _READ, *_readings(work))


def _note_use(parts: House, work: Work) -> None:
    """The only writing a GET may cause: read log, and last-seen once a minute. If it fails, nothing is sent."""
    stale = work.okt is not None and work.now - work.okt.sist_sett > sessions.SEEN_EVERY
    if not stale and not work.readings:
        return
    if not stale and len(work.readings) == 1:
        with parts.databases.noting() as connection:
            write(connection, _READ, *_readings(work))
            connection.commit()
        return
    okt_id = work.okt.id if work.okt else None
    with parts.databases.writing() as db:
        _write_readings(db, work)
        if stale and okt_id is not None:
            sessions.touch(db, okt_id, work.now)
        db.commit()


@lru_cache(maxsize=4096)
def _signed(_key: str, _secret: str) -> str:
    """The token of a session's secret. It does not grow old of itself (`WTF_CSRF_TIME_LIMIT`), so it is signed once."""
    return str(generate_csrf())


def _check_token(given: str | None) -> None:
    """Raise ValidationError for a token that is not this session's. The one this process signed for it is known at once."""
    kept = session.get("csrf_token")
    if not (given and kept and hmac.compare_digest(given.encode(), _signed(house().config.secret_key, kept).encode())):
        validate_csrf(given)


def csrf_token() -> str:
    """The token of this session's forms; a session that has no secret yet is given one."""
    kept = session.get("csrf_token")
    return _signed(house().config.secret_key, kept) if kept else str(generate_csrf())


def render(work: Work, template: str, **context: object) -> str:
    """Render a page; `work` is always there, the layout reads the rest from the template globals."""
    return render_template(template, work=work, **context)


class MenuLine(NamedTuple):
    """An entry of one person's menu, as the layout draws it."""

    text: str
    href: str
    icon: str
    active: bool
    badge: int


@lru_cache
def _href(_root: str, endpoint: str) -> str:
    """Where a page of the menu lies: the same for everybody under one address."""
    return url_for(endpoint)


def badge_questions(work: Work) -> list[Asking]:
    """What the menu's numbers will ask, for a page that asks it together with its own (`asked.ahead`)."""
    return [one for item in house().menu if item.asks for one in item.asks(work)]


def menu(work: Work | None) -> tuple[MenuLine, ...]:
    """The menu of this person, with what waits for her."""
    if work is None or work.person is None:
        return ()
    return known(work, _menu, request.script_root, request.blueprint)


def _menu(work: Work, root: str, area: str | None) -> tuple[MenuLine, ...]:
    ahead(work, *badge_questions(work))
    shown = [(item, item.badge(work) if item.badge else 0) for item in house().menu]
    return tuple(
        MenuLine(str(item.text), _href(root, item.endpoint), item.icon, area == item.endpoint.partition(".")[0], count)
        for item, count in shown
        if count or not item.rights or any(work.has(right) for right in item.rights)
    )


def place_in(lines: Sequence[MenuLine], path: str) -> str:
    """The address of the menu's line that is open: the one that leads the farthest towards this page.

    "" when only the area is known; "-" where several lines lead to the area and none to the page: neither is where she is.
    """
    active = [line.href for line in lines if line.active]
    leading = [href for href in active if path.startswith(href) and (href == path or len(href) > 1)]
    return max(leading, key=len, default="-" if len(active) > 1 else "")


def error_page(work: Work | None, refusal: Refusal, status: int | None = None) -> Response:
    """The page for a refusal: what happened, what to do, and that nothing was lost."""
    code = status or refusal.status
    page = render_template("felles/feil.html", work=work, status=code, melding=refusal.message, refusal=refusal)
    answer = make_response(page, code)
    if isinstance(refusal, TooMany):
        answer.headers["Retry-After"] = str(refusal.seconds)
    return answer


__all__ = [
    "Area",
    "House",
    "MenuItem",
    "Open",
    "Right",
    "badge_questions",
    "csrf_token",
    "error_page",
    "generate_csrf",
    "house",
    "load_user",
    "menu",
    "place_in",
    "render",
]

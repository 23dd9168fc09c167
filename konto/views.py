"""Log in and out, password, invitation, language, my page. The one place that sets the session's cookie."""

from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

import flask
from flask import current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from kjerne import sessions
from kjerne.config import Config
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import ngettext
from kjerne.web import SPRAK_COOKIE, Area, Open, generate_csrf, render
from kjerne.work import Work
from konto import actions, queries, throttle
from konto.forms import AwayForm, ChangePasswordForm, LoginForm, NewPasswordForm
from konto.rules import is_case_number
from konto.throttle import Device, Origin

area = Area("konto", __name__)

SHARED_COOKIE = "internkontroll_delt"
ONE_YEAR = 365 * 24 * 3600


def safe_next(raw: str | None) -> str:
    r"""The path to go on to: only one our own map knows for GET, else the front page.

    `//evil`, `/\evil`, `/%09/evil` and full addresses are refused.
    """
    home = url_for("framside.heim")
    text = unquote(raw or "")
    if not raw or not raw.startswith("/") or "\\" in text or text.startswith("//") or not text.isprintable():
        return home
    parts = urlsplit(raw)
    if parts.scheme or parts.netloc:
        return home
    try:
        endpoint, _values = current_app.url_map.bind("local").match(unquote(parts.path), method="GET")
    except (HTTPException, RequestRedirect):
        return home
    return home if endpoint == "static" else parts._replace(fragment="").geturl()


def _origin(config: Config) -> Origin:
    return Origin(request.remote_addr or "", _device(config))


def _device(config: Config) -> Device | None:
    return throttle.read_device(config, request.cookies.get(throttle.device_cookie_name(config)))


def _set_cookie(work: Work, response: Response, name: str, value: str, max_age: int | None = None) -> None:
    response.set_cookie(
        name, value, max_age=max_age, path="/", secure=not work.config.is_plain_local, httponly=True, samesite="Lax"
    )


def _forget_session(work: Work, response: Response) -> Response:
    """The browser forgets the session's cookie and the forms' CSRF secret; the server has ended the session already."""
    flask.session.clear()
    response.delete_cookie(
        sessions.cookie_name(work.config),
        path="/",
        secure=not work.config.is_plain_local,
        httponly=True,
        samesite="Lax",
    )
    return response


def _login_page(work: Work, form: LoginForm, status: int = 200, melding: str = "") -> Response:
    sent = request.args.get("sendt", "")
    page = render(
        work,
        "konto/logg_inn.html",
        form=form,
        next=request.values.get("next", ""),
        melding=melding,
        sendt=sent if is_case_number(sent) else "",
        gjort=_only(request.args.get("gjort", ""), {"passord"}),
    )
    return flask.make_response(page, status)


@area.page("/logg-inn", needs=Open.ALL)
def logg_inn(work: Work) -> Response:
    """The login page. "Delt nettbrett" is ticked unless this device was told otherwise."""
    if work.person is not None:
        return redirect(safe_next(request.args.get("next")), 303)
    return _login_page(work, LoginForm(delt=request.cookies.get(SHARED_COOKIE) != "0"))


@area.page("/logg-inn", needs=Open.ALL, method="POST")
def logg_inn_send(work: Work) -> Response:
    """Log in. A failure is returned, not raised, so that its count is committed."""
    form = LoginForm(request.form)
    if not form.validate():
        return _login_page(work, form, 422)
    shared = _shared(form)
    origin = _origin(work.config)
    outcome = actions.log_in(work, form.brukarnamn.data or "", form.passord.data or "", origin, shared=shared)
    if isinstance(outcome, actions.Wait):
        return _too_many(_login_page(work, form, 429, _wait_text(outcome.seconds)), outcome.seconds)
    if isinstance(outcome, actions.Wrong):
        return _login_page(work, form, 422, _("Feil brukarnamn eller passord. Prøv igjen."))
    flask.session.clear()
    goal = url_for("konto.passord") if outcome.person.ma_byte_passord else safe_next(request.form.get("next"))
    answer = redirect(goal, 303)
    _set_cookie(work, answer, sessions.cookie_name(work.config), outcome.token)
    _set_cookie(work, answer, SHARED_COOKIE, "1" if shared else "0", ONE_YEAR)
    remembered = throttle.remember(work.config, origin.device, outcome.person.id)
    _set_cookie(work, answer, throttle.device_cookie_name(work.config), remembered, ONE_YEAR)
    if outcome.person.sprak:
        _set_cookie(work, answer, SPRAK_COOKIE, outcome.person.sprak, ONE_YEAR)
    return answer


def _shared(form: LoginForm) -> bool:
    """The tick box where it was shown; else (the small login dialog) what this device was told before."""
    if form.delt.data or request.form.get("delt_vist"):
        return bool(form.delt.data)
    return request.cookies.get(SHARED_COOKIE) == "1"


def _wait_text(seconds: int) -> str:
    if seconds < 60:
        wait = ngettext("%(num)s sekund", "%(num)s sekund", seconds)
    else:
        wait = ngettext("%(num)s minutt", "%(num)s minutt", -(-seconds // 60))
    return _("For mange forsøk. Vent %(tid)s, og prøv igjen. Kontoen er ikkje stengd.", tid=wait)


def _too_many(response: Response, seconds: int) -> Response:
    response.headers["Retry-After"] = str(seconds)
    return response


@area.page("/logg-ut", needs=Open.ALL, method="POST")
def logg_ut(work: Work) -> Response:
    """End this session. Open to all: a session that has ended already is no error."""
    actions.log_out(work)
    return _forget_session(work, redirect(url_for("konto.logg_inn"), 303))


@area.page("/logg-ut-overalt", needs=Open.LOGGED_IN, method="POST")
def logg_ut_overalt(work: Work) -> Response:
    """End all my sessions."""
    actions.log_out_everywhere(work)
    return _forget_session(work, redirect(url_for("konto.logg_inn"), 303))


@area.page("/okt", needs=Open.ALL)
def okt(work: Work) -> Response:
    """For the pages' own script: is she still logged in, and a fresh CSRF token so that kept text can be sent again."""
    return flask.jsonify(
        innlogga=work.person is not None,
        person=work.person.id if work.person else None,
        namn=work.person.namn if work.person else None,
        csrf_token=generate_csrf(),
    )


@area.page("/passord", needs=Open.LOGGED_IN)
def passord(work: Work) -> str:
    """The page for a new password."""
    return render(work, "konto/passord.html", form=ChangePasswordForm())


@area.page("/passord", needs=Open.LOGGED_IN, method="POST")
def passord_send(work: Work) -> Response:
    """Change my password; my sessions elsewhere end."""
    form = ChangePasswordForm(request.form)
    problem = actions.password_problem(work.me, form.nytt.data or "") if form.validate() else None
    if problem:
        _fault(form.nytt, problem)
    if form.errors or problem:
        return flask.make_response(render(work, "konto/passord.html", form=form), 422)
    fits = actions.own_password_fits(work, form.no.data or "", _origin(work.config))
    if isinstance(fits, actions.Wait):
        _fault(form.no, _wait_text(fits.seconds))
        return _too_many(flask.make_response(render(work, "konto/passord.html", form=form), 429), fits.seconds)
    if not fits:
        _fault(form.no, _("Passordet du har no er ikkje rett."))
        return flask.make_response(render(work, "konto/passord.html", form=form), 422)
    actions.set_password(work, work.me, form.nytt.data or "")
    return redirect(url_for("konto.min_side", gjort="passord"), 303)


def _fault(field: object, message: str) -> None:
    """Put an error the action found on the field it belongs to."""
    field.errors = [message]  # type: ignore[attr-defined]  # a WTForms field


@area.page("/invitasjon/<token>", needs=Open.ALL)
def invitasjon(work: Work, token: str) -> str:
    """Choose the first password."""
    person = queries.by_invitation(work.db, token, work.now)
    if person is None:
        raise NotFound(_("Lenkja er brukt eller for gamal. Be administratoren om ei ny."))
    return render(work, "konto/invitasjon.html", form=NewPasswordForm(), token=token, kven=person)


@area.page("/invitasjon/<token>", needs=Open.ALL, method="POST")
def invitasjon_send(work: Work, token: str) -> Response:
    """Set the first password; then she logs in as always."""
    person = queries.by_invitation(work.db, token, work.now)
    if person is None:
        raise NotFound(_("Lenkja er brukt eller for gamal. Be administratoren om ei ny."))
    form = NewPasswordForm(request.form)
    problem = actions.password_problem(person, form.nytt.data or "") if form.validate() else None
    if problem:
        _fault(form.nytt, problem)
    if form.errors or problem:
        page = render(work, "konto/invitasjon.html", form=form, token=token, kven=person)
        return flask.make_response(page, 422)
    actions.accept_invitation(work, token, form.nytt.data or "")
    return redirect(url_for("konto.logg_inn", gjort="passord"), 303)


@area.page("/sprak", needs=Open.ALL, method="POST")
def sprak(work: Work) -> Response:
    """Choose a language: kept on the person when logged in, and on the device."""
    chosen = request.form.get("sprak", "")
    actions.choose_language(work, chosen)
    came_from = urlsplit(request.referrer or "")
    here = came_from._replace(scheme="", netloc="").geturl() if came_from.netloc == request.host else ""
    answer = redirect(safe_next(request.form.get("next") or here), 303)
    _set_cookie(work, answer, SPRAK_COOKIE, chosen, ONE_YEAR)
    return answer


def _my_page(work: Work, form: AwayForm) -> str:
    return render(
        work,
        "konto/min_side.html",
        form=form,
        roller=queries.own_roles(work),
        einingar=queries.own_units(work),
        okter=queries.own_sessions(work, work.config),
        gjort=_only(request.args.get("gjort", ""), {"passord", "borte"}),
    )


def _only(value: str, known: Iterable[str]) -> str:
    return value if value in known else ""


@area.page("/min-side", needs=Open.LOGGED_IN)
def min_side(work: Work) -> str:
    """Who I am here: language, password, sessions, my roles and where."""
    return _my_page(work, AwayForm(borte_fra=work.me.borte_fra, borte_til=work.me.borte_til))


@area.page("/min-side/borte", needs=Open.LOGGED_IN, method="POST")
def borte(work: Work) -> Response:
    """Note from when to when I am away."""
    form = AwayForm(request.form)
    if form.validate():
        try:
            actions.set_away(work, work.me, form.borte_fra.data, form.borte_til.data)
        except Refused as refused:
            _fault(form[refused.field], refused.message)
    if form.errors:
        return flask.make_response(_my_page(work, form), 422)
    return redirect(url_for("konto.min_side", gjort="borte"), 303)

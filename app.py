"""Puts the parts together: areas, handlers, jobs, menu, one table each. Knows every domain; only the edges import it."""

import errno
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import flask_login
import structlog
from flask import Flask, g, has_request_context, request
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

import administrasjon.jobs
import administrasjon.views.drift
import administrasjon.views.einingar
import administrasjon.views.innlesing
import administrasjon.views.innstillingar
import administrasjon.views.katalog
import administrasjon.views.personar
import administrasjon.views.slutta
import avvik.handlers
import avvik.jobs.deadlines
import avvik.jobs.drafts
import avvik.jobs.kassasjon
import avvik.jobs.sums
import avvik.views.duplikat
import avvik.views.eksport
import avvik.views.filter
import avvik.views.innsyn
import avvik.views.kassasjon
import avvik.views.kladd
import avvik.views.liste
import avvik.views.mange
import avvik.views.meld
import avvik.views.prosedyre
import avvik.views.ros
import avvik.views.sak
import avvik.views.sladd
import avvik.views.sok
import avvik.views.sporing
import avvik.views.steg
import avvik.views.tal
import avvik.views.tal_kategoriar
import framside.hjelp
import framside.tilgjenge
import framside.views
import kompetanse.actions.ruter
import kompetanse.handlers
import kompetanse.jobs
import kompetanse.views.behov
import kompetanse.views.innlesing
import kompetanse.views.kart
import kompetanse.views.katalog
import kompetanse.views.leiar
import kompetanse.views.lovyrke
import kompetanse.views.meg
import kompetanse.views.plan
import konto.jobs
import konto.views
import krav.views.area
import krav.views.liste
import krav.views.mappe
import oppdragsbrev.handlers
import oppdragsbrev.jobs
import oppdragsbrev.queries.matrise
import oppdragsbrev.views.area
import oppdragsbrev.views.brev
import oppdragsbrev.views.dokument
import oppdragsbrev.views.fristar
import oppdragsbrev.views.levering
import oppdragsbrev.views.liste
import oppdragsbrev.views.stand
import oppdragsbrev.views.svar
import prosedyrar.handlers
import prosedyrar.innlesing
import prosedyrar.jobs
import prosedyrar.views.bibliotek
import prosedyrar.views.dokument
import prosedyrar.views.importer
import prosedyrar.views.lesing
import prosedyrar.views.livslop
import prosedyrar.views.oversikt
import prosedyrar.views.rutinar
import prosedyrar.views.skriv
import rapportar.jobs
import rapportar.nokkelside
import rapportar.planside
import rapportar.prosedyreside
import rapportar.serieside
import rapportar.sider
import rapportar.sider_ros
import rapportar.tavle
import rapportar.tavleside
import rapportar.vi_gjorde_side
import rapportar.views
import register.handlers
import register.views.area
import register.views.arkiv
import register.views.foring
import ros.handlers
import ros.jobs
import ros.views.analyse
import ros.views.eksport
import ros.views.liste
import ros.views.oppsett
import ros.views.rad
import tiltak.jobs
import tiltak.queries
import tiltak.views.eksport
import tiltak.views.kalender
import tiltak.views.liste
import tiltak.views.omstilling
import tiltak.views.omstilling_inn
import tiltak.views.rekkje
import tiltak.views.sak
import tiltak.views.tidslinje
from avvik import sok, sums
from avvik.queries.lists import Lister, asks_counts, open_count
from avvik.views.area import area as avvik_area
from kjerne import config as environment
from kjerne import i18n, vitals, web
from kjerne.access import Right
from kjerne.clock import utcnow
from kjerne.config import Config
from kjerne.db import Databases, count_for_the_planner
from kjerne.drawn import FIELD_PLACE, PLACE, filled, pieces, remembered
from kjerne.errors import Refusal
from kjerne.i18n import lazy as _l
from kjerne.jobs import Job
from kjerne.log import write_head
from kjerne.mail import send_outbox
from kjerne.nettstad import IdConverter, Nettstad
from kjerne.web import Area, House, MenuItem
from kjerne.work import Handler
from kompetanse.views.area import area as kompetanse_area
from prosedyrar.views.area import area as prosedyrar_area
from ros.views.area import area as ros_area
from tiltak.views.area import area as tiltak_area

ADMINISTRASJON = (
    administrasjon.views.einingar.area,
    administrasjon.views.personar.area,
    administrasjon.views.innlesing.area,
    administrasjon.views.drift.area,
)
AREAS: tuple[Area, ...] = (
    konto.views.area,
    framside.views.area,
    framside.hjelp.area,
    avvik_area,
    tiltak_area,
    prosedyrar_area,
    kompetanse_area,
    ros_area,
    rapportar.views.area,
    oppdragsbrev.views.area.area,
    krav.views.area.area,
    register.views.area.area,
    *ADMINISTRASJON,
)
READERS = (Right.AVVIK_LES, Right.AVVIK_LES_LOFTA, Right.AVVIK_KOPI)
WAITING = partial(asks_counts, lists=(Lister.VENTAR,))
BREV = oppdragsbrev.queries.matrise
MENU: tuple[MenuItem, ...] = (
    MenuItem(_l("Framsida"), "framside.heim", "home"),
    MenuItem(_l("Meld avvik"), "avvik.nytt", "plus", (Right.AVVIK_MELD,)),
    MenuItem(_l("Innboks"), "avvik.liste", "inbox", READERS, badge=lambda work: open_count(work, Lister.VENTAR), asks=WAITING),
    MenuItem(_l("Tiltak"), "tiltak.liste", "list-check", badge=tiltak.queries.waiting_count, asks=tiltak.queries.asks_waiting),
    MenuItem(_l("Prosedyrar"), "prosedyrar.liste", "book"),
    MenuItem(_l("Kompetanse"), "kompetanse.heim", "cap"),
    MenuItem(_l("ROS"), "ros.liste", "table", (Right.ROS_LES,)),
    MenuItem(_l("Tal"), "avvik.tal", "chart", (Right.AVVIK_TAL,)),
    MenuItem(_l("Rapportar"), "rapportar.heim", "document", (Right.RAPPORT_LES,)),
    MenuItem(_l("Oppdragsbrev"), "oppdragsbrev.liste", "mail", (Right.BREV_LES,), badge=BREV.waiting_count, asks=BREV.asks_waiting),
    MenuItem(_l("Lovkrav"), "krav.liste", "book", (Right.KRAV_LES,)),
    MenuItem(_l("Register"), "register.liste", "history", (Right.REGISTER_LES,)),
    MenuItem(_l("Einingar"), "einingar.liste", "grid", (Right.PERSON_LES,)),
    MenuItem(_l("Personar"), "personar.liste", "people", (Right.PERSON_LES,)),
    MenuItem(_l("Innstillingar"), "administrasjon.innstillingar_vis", "gear", (Right.KATALOG_ENDRE,)),
)
LISTENERS = (
    prosedyrar.handlers.HANDLERS,
    ros.handlers.HANDLERS,
    kompetanse.handlers.HANDLERS,
    avvik.handlers.HANDLERS,
    register.handlers.HANDLERS,
    oppdragsbrev.handlers.HANDLERS,
    rapportar.tavle.HANDLERS,
)
#: Who hears what: several packages may listen to one event, those nearest below first.
HANDLERS: dict[type, tuple[Handler, ...]] = {
    event: tuple(handler for table in LISTENERS for handler in table.get(event, ()))
    for event in sorted({event for table in LISTENERS for event in table}, key=lambda found: found.__name__)
}
JOBS: tuple[Job, ...] = (
    Job("utboks", direct=send_outbox, every_minutes=1),
    Job("logghovud", run=write_head, hour=4, minute=10),
    Job("statistikk", direct=count_for_the_planner, hour=4, minute=40),
    *administrasjon.jobs.JOBS,
    *avvik.jobs.deadlines.JOBS,
    *avvik.jobs.drafts.JOBS,
    *avvik.jobs.kassasjon.JOBS,
    *avvik.jobs.sums.JOBS,
    *kompetanse.jobs.JOBS,
    *konto.jobs.JOBS,
    *prosedyrar.innlesing.JOBS,
    *prosedyrar.jobs.JOBS,
    *oppdragsbrev.jobs.JOBS,
    *rapportar.jobs.JOBS,
    *ros.jobs.JOBS,
    *tiltak.jobs.JOBS,
)

logger = structlog.get_logger()
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: What a browser may keep: nobody's data.
KEPT = {"static", "administrasjon.utsjanad_css", "administrasjon.utsjanad_logo"}
HERE = Path(__file__).resolve().parent
MIB = 1024 * 1024
DISK_FULL = ("disk is full", "No space left", "could not extend")
AGAIN = _l("Noko gjekk gale hos oss. Ingenting er lagra eller endra. Prøv igjen. Hender det på nytt, sei frå til administratoren.")
MESSAGES = {
    400: _l("Førespurnaden var ikkje til å forstå. Gå tilbake og prøv igjen. Ingenting er lagra eller endra."),
    409: _l("Nokon andre gjorde det same samtidig, så dette vart ikkje lagra. Last sida på nytt og sjå korleis det er no."),
    413: _l("Det du sender er for stort. Del det opp, eller send eit mindre bilete. Ingenting er lagra."),
    500: AGAIN,
    503: _l("Databasen svarar ikkje no. Det du skreiv er ikkje lagra. Lat sida stå, og prøv igjen om litt."),
    507: _l("Disken på tenaren er full. Det du skreiv er ikkje lagra. Lat sida stå, og prøv igjen seinare."),
}


def create_app(config: Config | None = None, databases: Databases | None = None, clock: Callable[[], datetime] = utcnow) -> Flask:
    """The web application. Tests hand in their own settings, database and clock."""
    config = config or environment.load()
    app = Nettstad(__name__, template_folder=str(HERE / "templates"), static_folder=str(HERE / "static"))
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="internkontroll_skjema" if config.is_plain_local else "__Host-internkontroll_skjema",
        SESSION_COOKIE_SECURE=not config.is_plain_local,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=(config.max_upload_mib + 1) * MIB,
        MAX_FORM_MEMORY_SIZE=2 * MIB,
        MAX_FORM_PARTS=400,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
    )
    app.url_map.converters["id"] = IdConverter
    app.before_request(_drop_nul)
    app.extensions["internkontroll"] = House(config, databases or Databases(config.database_url), clock, HANDLERS, MENU)
    sums.install()
    sok.install()
    kompetanse.actions.ruter.install()
    login = flask_login.LoginManager()
    login.session_protection = None  # who she is stands in our own session's row, never in Flask's cookie
    login.init_app(app, add_context_processor=False)
    login.request_loader(web.load_user)
    for area in AREAS:
        app.register_blueprint(area)
    vitals.install(app)
    _install_templates(app)
    _install_errors(app)
    app.after_request(_headers)
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies)  # type: ignore[method-assign]  # Flask's documented way
    return app


def _install_templates(app: Flask) -> None:
    version = str(int(max((p.stat().st_mtime for p in (HERE / "static" / "dist").glob("*")), default=0)))

    def static_url(name: str) -> str:
        return f"/static/dist/{name}?v={version}"

    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        _=i18n.gettext,
        ngettext=i18n.ngettext,
        dato=i18n.fdate,
        kortdato=i18n.fshort,
        vekedag=i18n.fweekday,
        tid=i18n.ftime,
        klokka=i18n.fclock,
        tal=i18n.fnumber,
        csrf_token=web.csrf_token,
        static_url=static_url,
        remembered=remembered,
        tokenplass=FIELD_PLACE,
        stad=PLACE,
        her_i=web.place_in,
        sprakval=i18n.SPRAKNAMN,
    )

    app.jinja_env.filters.update(fylt=filled, delt=pieces)

    @app.context_processor
    def shared() -> dict[str, object]:
        work = g.get("work")
        ours = web.our_settings() if work is not None else {}
        return {
            "work": work,
            "lang": i18n.current(),
            "kommune": ours.get("kommune", ""),
            "innstillingar": ours,
            "menu": web.menu(work),
            "hjelp": framside.hjelp.context_link(work) if has_request_context() else None,
        }


def _install_errors(app: Flask) -> None:
    def show(status: int) -> Response:
        g.pop("work", None)
        with i18n.language(request.cookies.get(web.SPRAK_COOKIE, "nn")):
            said = "" if status == 404 else str(MESSAGES.get(status, AGAIN if status >= 500 else MESSAGES[400]))
            return web.error_page(None, Refusal(said), status)

    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Response:
        if isinstance(error.response, Response):
            return error.response  # a redirect the router made itself
        return show(404 if error.code == 405 else error.code or 500)

    @app.errorhandler(DBAPIError)
    def on_database(error: DBAPIError) -> Response:
        if any(sign in str(error.orig) for sign in DISK_FULL):
            return show(507)
        if isinstance(error, IntegrityError):
            return show(409)
        if isinstance(error, OperationalError | InterfaceError):
            return show(503)
        logger.error("database_error", error=type(error.orig).__name__)
        return show(500)

    @app.errorhandler(OSError)
    def on_disk(error: OSError) -> Response:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return show(507)
        logger.error("os_error", error=type(error).__name__)
        return show(500)


def _drop_nul() -> None:
    """A NUL after the question mark is nobody's word, and PostgreSQL refuses to be asked about one."""
    while b"%00" in request.query_string or b"\x00" in request.query_string:
        request.query_string = request.query_string.replace(b"%00", b"").replace(b"\x00", b"")


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    if has_request_context() and request.endpoint not in KEPT:
        response.headers["Cache-Control"] = "no-store"
    return response

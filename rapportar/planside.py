"""The plan: what comes next, what ran and what failed and why, who gets what; a new subscription, stop, and run now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import case, func, or_, select
from werkzeug.wrappers import Response

from kjerne.access import ROLLENAMN, Right, Rolle
from kjerne.errors import NotFound, Refused
from kjerne.i18n import SPRAKNAMN, Lazy, ngettext
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.log import record
from kjerne.models import Eining, Person
from kjerne.text import BadText, bounded_int
from kjerne.web import render
from kjerne.work import Work
from rapportar import actions
from rapportar.abonnement import coming, receivers, receives
from rapportar.models import Abonnement, Rapport
from rapportar.queries import SHOWN
from rapportar.rules.perioder import RYTMENAMN, Rytme, due_day, name_of, period_of
from rapportar.slag import ALLE, FASTE, SLAG
from rapportar.views import area

NEWEST, MOST_FAILED = 12, 50
RESTS = "kvilar"
#: Roles a subscription may be for.
ROLLER = (Rolle.LEIAR, Rolle.KVALITETSKOORDINATOR, Rolle.KOMMUNALSJEF, Rolle.LEIING, Rolle.REVISOR)
STATUS = {
    "laga": ("ok", _l("Laga og send")),
    "ventar": ("none", _l("Ventar")),
    "feila": ("bad", _l("Feila")),
    RESTS: ("none", _l("I arkivet, ikkje opna")),
}
FEIL = {
    "LookupError": _l("Mottakaren har ikkje lenger tilgang til eininga."),
    "OSError": _l("Fila kunne ikkje lagrast. Sjå om disken er full."),
    "ValueError": _l("Rapporten fekk ikkje plass på sida."),
}


NOBODY = _l("Ingen kan få rapporten no: ingen har rolla der, eller dei les ikkje rapportar for eininga.")


@dataclass(frozen=True)
class Rad:
    """A subscription as the plan shows it."""

    abonnement: Abonnement
    til: str
    eining: str
    neste: str
    dag: date
    mine: bool


@dataclass(frozen=True)
class Runde:
    """The reports of a kind and period that were ordered for her units: how many of each state, and when the last was made."""

    slag: str
    periode: str
    eining: str
    tal: dict[str, int]
    tinga: datetime
    laga: datetime | None
    send_fra: date | None

    @property
    def tittel(self) -> str:
        """Kind and period, and the unit when there is one alone."""
        return ", ".join(str(one) for one in (SLAG[self.slag].namn, name_of(self.periode), self.eining) if one)

    @property
    def i_arkivet(self) -> bool:
        """Whether the archive has some of them."""
        return any(self.tal.get(kode) for kode in SHOWN)

    @property
    def stand(self) -> tuple[str, Lazy]:
        """The light of the round and what it says: one that failed makes it red."""
        return next(STATUS[kode] for kode in ("feila", "ventar", RESTS, "laga") if self.tal.get(kode))


@dataclass(frozen=True)
class Feila:
    """A report that could not be made, and why, in a sentence."""

    rapport: Rapport
    tittel: str
    mottakar: str

    @property
    def grunn(self) -> str:
        """Why."""
        return str(FEIL.get(self.rapport.feil or "", _("Noko gjekk gale. Rapporten blir prøvd på nytt i morgon.")))


def _steers_all(work: Work) -> bool:
    """Who steers subscriptions that are for no single unit: those who may make supervision folders."""
    return work.has(Right.TILSYNSMAPPE)


def _may_steer(work: Work, row: Abonnement) -> bool:
    return work.has(Right.RAPPORT_SKRIV, row.eining_id) if row.eining_id is not None else _steers_all(work)


def _rows(work: Work) -> list[Rad]:
    """The subscriptions that concern her: of her units, for her role anywhere, or all when she steers them."""
    units = work.units(Right.RAPPORT_SKRIV)
    roles = [rolle.value for rolle in work.grants.roles]
    mine = or_(Abonnement.eining_id.in_(units), Abonnement.person_id == work.me.id)
    common = Abonnement.eining_id.is_(None)
    wanted = or_(mine, common) if _steers_all(work) else or_(mine, common & Abonnement.rolle.in_(roles))
    found = work.db.execute(
        select(Abonnement, Eining.namn, Person.namn)
        .outerjoin(Eining, Eining.id == Abonnement.eining_id)
        .outerjoin(Person, Person.id == Abonnement.person_id)
        .where(wanted)
        .order_by(Abonnement.aktiv.desc(), Abonnement.id)
    )
    made = []
    for row, unit, person in found:
        kode = coming(row)
        to = person or str(ROLLENAMN[Rolle(row.rolle or "")])
        where = unit or _("Alle med rolla, kvar for si eining")
        made.append(Rad(row, to, where, name_of(kode), due_day(kode, row.arbeidsdag), _may_steer(work, row)))
    return made


def _ran(work: Work) -> list[Runde]:
    """The newest rounds of her units, whatever became of their reports. One query."""
    counts = {kode: func.sum(case((Rapport.status == kode, 1), else_=0)) for kode in STATUS}
    rows = work.db.execute(
        select(
            Rapport.slag,
            Rapport.periode,
            func.min(Eining.namn),
            func.count(Rapport.eining_id.distinct()),
            func.max(Rapport.tinga),
            func.max(Rapport.laga),
            func.min(case((Rapport.status == "ventar", Rapport.send_fra))),
            *counts.values(),
        )
        .join(Eining, Eining.id == Rapport.eining_id)
        .where(Rapport.eining_id.in_(work.units(Right.RAPPORT_SKRIV)))
        .group_by(Rapport.slag, Rapport.periode)
        .order_by(func.max(Rapport.tinga).desc(), func.max(Rapport.id).desc())
        .limit(NEWEST)
    )
    return [
        Runde(slag, periode, unit if units == 1 else "", dict(zip(counts, tal, strict=True)), tinga, laga, send_fra)
        for slag, periode, unit, units, tinga, laga, send_fra, *tal in rows
    ]


def _failed(work: Work) -> list[Feila]:
    """The reports of her units that could not be made, the newest first. One query."""
    rows = work.db.execute(
        select(Rapport, Eining.namn, Person.namn)
        .join(Eining, Eining.id == Rapport.eining_id)
        .join(Person, Person.id == Rapport.mottakar_id)
        .where(Rapport.eining_id.in_(work.units(Right.RAPPORT_SKRIV)), Rapport.status == "feila")
        .order_by(Rapport.id.desc())
        .limit(MOST_FAILED)
    )
    return [Feila(row, f"{SLAG[row.slag].namn}, {name_of(row.periode)}, {unit}", person) for row, unit, person in rows]


def _units(work: Work) -> Sequence[Eining]:
    rows = work.db.scalars(select(Eining).where(Eining.id.in_(work.units(Right.RAPPORT_SKRIV))).order_by(Eining.sti))
    return [row for row in rows if row.is_active(work.today)]


def _page(work: Work, **more: object) -> str:
    return render(
        work,
        "rapportar/plan.html",
        **{
            "rader": _rows(work),
            "rundar": _ran(work),
            "feila": _failed(work),
            "slag": FASTE,
            "slagnamn": {one.kode: one.namn for one in ALLE},
            "rytmar": RYTMENAMN,
            "einingar": _units(work),
            "roller": [(rolle.value, ROLLENAMN[rolle]) for rolle in ROLLER],
            "sprak": SPRAKNAMN,
            "stand": STATUS,
            "typed": {},
            "feil": "",
            **more,
        },
    )


@area.page("/plan", needs=Right.RAPPORT_SKRIV)
def plan(work: Work) -> str:
    """What comes, what ran, and a form for a new one."""
    return _page(work)


@area.page("/plan/ny", needs=Right.RAPPORT_SKRIV, method="POST")
def plan_ny(work: Work) -> ResponseReturnValue:
    """A new subscription: for herself, or for whoever has a role on a unit of hers."""
    try:
        row = _read_form(work)
    except Refused as refused:
        page = _page(work, feil=refused.message, typed=dict(request.form.items()))
        return make_response(page, 422)
    work.db.add(row)
    work.db.flush()
    record(work, "rapportabonnement", row.id, "rapport:abonnement", slag=row.slag, rytme=row.rytme, eining=row.eining_id)
    flash(_("Abonnementet er laga. Den første rapporten er for %(periode)s.", periode=name_of(coming(row))), "ok")
    if not receivers(work, row):
        flash(str(NOBODY), "obs")
    return redirect(url_for("rapportar.plan"), 303)


def _read_form(work: Work) -> Abonnement:
    """The subscription that was typed. Raises `Refused` with a sentence."""
    form = request.form
    slag, rytme, to = form.get("slag", ""), form.get("rytme", ""), form.get("til", "")
    eining = next((one for one in _units(work) if one.kode == form.get("eining")), None)
    if slag not in {one.kode for one in FASTE} or rytme not in set(Rytme) or eining is None:
        raise Refused(_("Vel rapport, eining og kor ofte i listene."))
    if to != "meg" and to not in {rolle.value for rolle in ROLLER}:
        raise Refused(_("Vel kven som skal få rapporten."))
    if to == "meg" and not receives(work, slag, eining, work.me):
        raise Refused(_("Du kan ikkje få denne rapporten for eininga."))
    sprak = form.get("sprak", "")
    try:
        arbeidsdag = bounded_int(form.get("arbeidsdag", "1"), 1, 15)
        vindauge = bounded_int(form.get("vindauge", "0"), 0, 30)
    except BadText:
        raise Refused(_("Arbeidsdagen er frå 1 til 15, og dagane til å skrive er frå 0 til 30.")) from None
    return Abonnement(
        slag=slag,
        rytme=rytme,
        rolle=None if to == "meg" else to,
        person_id=work.me.id if to == "meg" else None,
        eining_id=eining.id,
        arbeidsdag=arbeidsdag,
        vindauge=vindauge,
        sprak=sprak if sprak in SPRAKNAMN else None,
        fra=work.today,
        endra_av_id=work.me.id,
        endra=work.now,
    )


def _get(work: Work, abonnement_id: int) -> Abonnement:
    row = work.db.get(Abonnement, abonnement_id)
    if row is None or not _may_steer(work, row):
        raise NotFound
    return row


@area.page("/plan/<id:abonnement_id>/stopp", needs=Right.RAPPORT_SKRIV, method="POST")
def plan_stopp(work: Work, abonnement_id: int) -> Response:
    """Stop a subscription, or start it again; a start begins with the running period, what was missed meanwhile is not sent."""
    row = _get(work, abonnement_id)
    row.aktiv = not row.aktiv
    row.endra_av_id, row.endra = work.me.id, work.now
    if row.aktiv:
        row.fra, row.tinga_til = work.today, None
    record(
        work,
        "rapportabonnement",
        row.id,
        "rapport:start" if row.aktiv else "rapport:stopp",
        periode=period_of(Rytme(row.rytme), work.today),
    )
    flash(_("Abonnementet går igjen.") if row.aktiv else _("Abonnementet er stoppa."), "ok")
    return redirect(url_for("rapportar.plan"), 303)


@area.page("/plan/<id:abonnement_id>/no", needs=Right.RAPPORT_SKRIV, method="POST")
def plan_no(work: Work, abonnement_id: int) -> Response:
    """Order the last whole period now, without waiting for comments; it is made within a minute or two."""
    row = _get(work, abonnement_id)
    new = actions.order_now(work, row)
    if new:
        flash(
            ngettext("%(num)s rapport er tinga og blir laga om litt.", "%(num)s rapportar er tinga og blir laga om litt.", new),
            "ok",
        )
    elif receivers(work, row):
        flash(_("Alle mottakarane har den siste rapporten frå før, eller han er på veg."), "ok")
    else:
        flash(str(NOBODY), "obs")
    return redirect(url_for("rapportar.plan"), 303)


@area.page("/plan/igjen/<id:rapport_id>", needs=Right.RAPPORT_SKRIV, method="POST")
def plan_igjen(work: Work, rapport_id: int) -> Response:
    """Try a report that failed once more, without waiting for the next day."""
    row = work.db.get(Rapport, rapport_id)
    if row is None or not work.has(Right.RAPPORT_SKRIV, row.eining_id):
        raise NotFound
    if row.status == "feila":
        row.status, row.feil = "ventar", None
        record(work, "rapport", row.id, "rapport:no", periode=row.periode)
    flash(_("Rapporten blir prøvd på nytt i løpet av nokre minutt."), "ok")
    return redirect(url_for("rapportar.plan", _anchor="gjekk-h"), 303)

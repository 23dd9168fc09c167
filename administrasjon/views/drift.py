"""Access matrix and groups, log, letters in demo mode."""

from urllib.parse import urlencode

from flask import flash, make_response, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from administrasjon import ord_for_loggen
from administrasjon.actions import tilgangar
from administrasjon.forms import LogForm
from administrasjon.queries import drift as queries
from kjerne.access import GRANTS, RETTNAMN, ROLLENAMN, Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Person
from kjerne.text import clean
from kjerne.web import Area, Open, our_settings, render
from kjerne.work import Work

area = Area("administrasjon", __name__)


@area.page("/tilgang", needs=Open.LOGGED_IN)
def tilgang(work: Work) -> str:
    """The whole access matrix, as it stands in kjerne/access.py, for everyone who is logged in."""
    return _access(work)


def _access(work: Work, feil: str = "") -> str:
    return render(
        work,
        "administrasjon/tilgang.html",
        grants=GRANTS,
        rettar=RETTNAMN,
        rollar=ROLLENAMN,
        mine={rolle for rolle in ROLLENAMN if work.has_role(rolle)},
        grupper=queries.groups(work),
        kan_gi=work.has(Right.TILGANG_GI),
        feil=feil,
    )


@area.page("/tilgang/<id:gruppe>/inn", needs=Right.TILGANG_GI, method="POST")
def gruppe_inn(work: Work, gruppe: int) -> Response:
    """Name a person into a group."""
    group = queries.get_group(work, gruppe)
    number = clean(request.form.get("person", ""), max_len=40, multiline=False)
    person = work.db.scalars(select(Person).where(Person.ansattnr == number)).one_or_none()
    if person is None:
        return make_response(_access(work, _("Ingen har tilsettnummer %(nr)s.", nr=number)), 422)
    try:
        tilgangar.add_member(work, group, person)
    except Refused as refused:
        return make_response(_access(work, refused.message), 422)
    flash(_("Personen er med i gruppa."), "ok")
    return redirect(url_for("administrasjon.tilgang") + "#grupper", 303)


@area.page("/tilgang/<id:gruppe>/ut/<id:person>", needs=Right.TILGANG_GI, method="POST")
def gruppe_ut(work: Work, gruppe: int, person: int) -> Response:
    """Take a person out of a group."""
    tilgangar.remove_member(work, queries.get_group(work, gruppe), person)
    flash(_("Personen er teken ut av gruppa."), "ok")
    return redirect(url_for("administrasjon.tilgang") + "#grupper", 303)


def _from(name: str) -> int | None:
    """The number a portion goes on from, as the address says it; what is none is the beginning."""
    raw = request.args.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


@area.page("/logg", needs=Right.LOGG_LES)
def logg(work: Work) -> str:
    """The log in plain words, newest first."""
    form = LogForm(request.args)
    kinds = queries.log_kinds(work)
    form.slag.choices = {"": _("Alt"), **{kind: ord_for_loggen.subject(kind) for kind in kinds}}
    good = form.validate()
    lines, more = queries.log_lines(
        work,
        queries.LogFilter(
            subjekt_type=form.slag.data or "" if good else "",
            fra=form.fra.data if good else None,
            til=form.til.data if good else None,
            for_id=_from("for"),
        ),
    )
    asked = [(key, value) for key, value in request.args.items() if key in {"slag", "fra", "til"} and value]
    return render(
        work,
        "administrasjon/logg.html",
        form=form,
        linjer=lines,
        neste=f"{url_for('administrasjon.logg')}?{urlencode([*asked, ('for', more)])}" if more else None,
        ord=ord_for_loggen,
    )


@area.page("/logg/lesing", needs=Right.LOGG_LES)
def lesing(work: Work) -> str:
    """Who has read one subject, and who was denied."""
    kind = clean(request.args.get("slag", ""), max_len=40, multiline=False)
    number = clean(request.args.get("nr", ""), max_len=60, multiline=False)
    found = queries.readings(work, kind, number) if kind and number else None
    return render(work, "administrasjon/lesing.html", slag=kind, nr=number, lesingar=found, ord=ord_for_loggen)


def shows_letters(work: Work) -> bool:
    """Whether there is a page of letters: in demo mode only."""
    return work.config.demo or our_settings()["demo"] == "1"


def _demo(work: Work) -> None:
    if not shows_letters(work):
        raise NotFound


@area.page("/brev", needs=Open.LOGGED_IN)
def brev(work: Work) -> str:
    """Demo mode only: the letters to me; an administrator sees what goes out, without text and receiver."""
    _demo(work)
    mine, more = queries.my_letters(work, _from("mine"))
    everything, further = queries.outbox(work, _from("ut")) if work.has(Right.DRIFT) else (None, None)
    return render(work, "administrasjon/brev.html", mine=mine, fleire=more, alle=everything, fleire_ut=further)


@area.page("/brev/<id:nr>", needs=Open.LOGGED_IN)
def eit_brev(work: Work, nr: int) -> str:
    """Demo mode only: one letter to me."""
    _demo(work)
    return render(work, "administrasjon/eit_brev.html", brev=queries.my_letter(work, nr))

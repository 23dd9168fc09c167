"""A point is delivered as it was seen; the director accepts it or returns it with a reason. Questions go both ways."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.work import Work
from oppdragsbrev import letters as mail
from oppdragsbrev.actions.brev import change_deadline
from oppdragsbrev.actions.spor import note
from oppdragsbrev.actions.svar import point_number
from oppdragsbrev.models import Brevlevering, Brevmelding, Brevpunkt, Punktmottak
from oppdragsbrev.queries import svar as answers
from oppdragsbrev.queries.svar import Syn
from oppdragsbrev.rules import PUNKTSTEG, Punkttilstand


def _step(work: Work, syn: Syn, del_: Punktmottak, to: Punkttilstand, version: int) -> None:
    if not syn.open:
        raise NotFound
    if version != del_.version or to not in PUNKTSTEG[Punkttilstand(del_.status)]:
        raise Conflict(_("Nokon andre gjorde noko med punktet medan du heldt på. Sjå kva som står no, og prøv igjen."))
    del_.status = to.value


def _flush(work: Work) -> None:
    try:
        work.db.flush()
    except StaleDataError as error:
        raise Conflict(_("Nokon andre gjorde noko med punktet medan du heldt på. Sjå kva som står no, og prøv igjen.")) from error


def deliver(work: Work, syn: Syn, del_: Punktmottak, *, version: int, sett: int) -> None:
    """Deliver a point: what she saw (`sett`), kept as it is. Raises `Refused` when a bullet is not answered."""
    if not syn.svarar:
        raise NotFound
    rows = answers.bullets_of(work, del_)
    if any(not answers.answered(row) for row, _kule in rows):
        raise Refused(_("Svar på alle kulepunkta før du leverer punktet."), f"lever-{del_.id}")
    if sett != sum(row.version for row, _kule in rows):
        raise Conflict(_("Eit svar blei endra medan du heldt på. Sjå over punktet, og lever det igjen."))
    _step(work, syn, del_, Punkttilstand.LEVERT, version)
    del_.levert, del_.levert_av_id, del_.grunn = work.now, work.me.id, ""
    last = work.db.scalar(select(func.max(Brevlevering.nr)).where(Brevlevering.punktmottak_id == del_.id)) or 0
    held = [{"nn": kule.nn, "nb": kule.nb, "en": kule.en, "tekst": row.tekst, "status": row.status} for row, kule in rows]
    work.db.add(Brevlevering(punktmottak_id=del_.id, nr=last + 1, tid=work.now, person_id=work.me.id, innhald=held))
    _flush(work)
    note(work, syn.brev, "levert", syn.mottak.id, punkt=point_number(work, del_))


def _decide(work: Work, del_: Punktmottak, avgjerd: Punkttilstand, grunn: str) -> None:
    row = answers.open_delivery(work, del_)
    if row is not None:
        row.avgjerd, row.avgjort, row.avgjort_av_id, row.grunn = avgjerd.value, work.now, work.me.id, grunn


def accept(work: Work, syn: Syn, del_: Punktmottak, *, version: int) -> None:
    """The director accepts a delivered point."""
    if not syn.sjef:
        raise NotFound
    _step(work, syn, del_, Punkttilstand.GODTEKEN, version)
    _decide(work, del_, Punkttilstand.GODTEKEN, "")
    _flush(work)
    note(work, syn.brev, "godteken", syn.mottak.id, punkt=point_number(work, del_))
    mail.about_point(work, syn.brev, syn.eining, del_, subject=mail.ACCEPTED, key=f"godteken-{del_.version}")


def return_back(work: Work, syn: Syn, del_: Punktmottak, *, grunn: str, version: int) -> None:
    """The director returns a point with a reason, that has passed the guard; the unit may write again."""
    if not syn.sjef:
        raise NotFound
    if not grunn:
        raise Refused(_("Skriv kva som manglar, så dei veit kva dei skal gjere."), f"grunn-{del_.id}")
    _step(work, syn, del_, Punkttilstand.RETUR, version)
    del_.grunn, del_.levert, del_.levert_av_id = grunn, None, None
    _decide(work, del_, Punkttilstand.RETUR, grunn)
    _flush(work)
    note(work, syn.brev, "retur", syn.mottak.id, punkt=point_number(work, del_))
    mail.about_point(work, syn.brev, syn.eining, del_, subject=mail.RETURNED, key=f"retur-{del_.version}")


def ask(work: Work, syn: Syn, del_: Punktmottak, tekst: str) -> None:
    """Ask about a point, or answer: leader and director write to each other. The text has passed the guard."""
    if not syn.open or not (syn.sjef or syn.svarar):
        raise NotFound
    if not tekst:
        raise Refused(_("Skriv kva du vil spørje om."), f"sporsmal-{del_.id}")
    row = Brevmelding(punktmottak_id=del_.id, tid=work.now, person_id=work.me.id, fra_sjef=syn.sjef, tekst=tekst)
    work.db.add(row)
    work.db.flush()
    note(work, syn.brev, "svar-sjef" if syn.sjef else "sporsmal", syn.mottak.id, punkt=point_number(work, del_))
    if syn.sjef:
        mail.about_point(work, syn.brev, syn.eining, del_, subject=mail.ANSWERED, key=f"svar-{row.id}")
    else:
        mail.to_director(work, syn.brev, syn.eining, del_, subject=mail.ASKED, key=f"spor-{row.id}")


def set_deadline(work: Work, syn: Syn, del_: Punktmottak, day: date, *, version: int) -> None:
    """The director gives this unit another deadline for a point."""
    if not (syn.sjef and syn.open):
        raise NotFound
    if version != del_.version:
        raise Conflict(_("Nokon andre gjorde noko med punktet medan du heldt på. Sjå kva som står no, og prøv igjen."))
    point = work.db.get_one(Brevpunkt, del_.punkt_id)
    if day != del_.frist:
        change_deadline(work, syn.brev, (syn.mottak, syn.eining), point, row=del_, day=day)

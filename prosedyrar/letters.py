"""The letters about procedures. They carry title, unit and link, never a case's text; each goes once, by its key."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select

from kjerne import mail
from kjerne.access import Right, Rolle, roles_with
from kjerne.i18n import SPRAK, Lazy, fdate, language
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.innstilling import settings
from kjerne.models import Eining, Person, Tilgang
from kjerne.work import Work
from prosedyrar.models import Hoyring, Prosedyre, ProsedyreVersjon, Revisjonsonske
from prosedyrar.queries.access import writers
from prosedyrar.queries.rader import Dokument, Utgave

ASKED = _l("Nokon ber om at ein prosedyre blir revidert")
ASKED_NEW = _l("Nokon ber om ein ny prosedyre")
HEARING = _l("Du er spurd i ei høyring")
HEARING_SOON = _l("Fristen for høyringa går snart ut, og vi ventar på svaret ditt")
HEARING_OVER = _l("Fristen for høyringa er ute")
APPROVAL = _l("Ein prosedyre ventar på godkjenning")
APPROVED = _l("Prosedyren er godkjend og gjeld no")
RETURNED = _l("Prosedyren er sendt tilbake til deg")
REVISION = {
    60: _l("Prosedyren skal reviderast om to månader"),
    30: _l("Prosedyren skal reviderast om ein månad"),
    0: _l("Prosedyren har passert revisjonsfristen"),
}
READING = _l("Du har prosedyrar å lese")
MOST_APPROVERS = 10


def send(
    work: Work,
    to: Person | None,
    subject: Lazy,
    *,
    path: str,
    key: str,
    eining_id: int | None = None,
    title: str = "",
    frist: date | None = None,
    approver: str = "",
) -> None:
    """Put one letter in the outbox, in its receiver's language. Nobody writes to herself. `title`: a document's own title."""
    if to is None or (work.person is not None and work.person.id == to.id):
        return
    unit = work.db.get(Eining, eining_id) if eining_id else None
    sprak = to.sprak if to.sprak in SPRAK else settings(work.db)["sprak"]
    with language(sprak):
        about = f"{subject}: {title}"[:200] if title else str(subject)
        lines = [f"{about}."]
        if unit is not None:
            lines.append(_("Eining: %(eining)s", eining=unit.namn))
        if frist is not None:
            lines.append(_("Frist: %(frist)s", frist=fdate(frist)))
        if approver:
            lines.append(_("Godkjend av %(namn)s %(dato)s.", namn=approver, dato=fdate(work.now)))
        lines.append(_("Opne her:\n%(lenkje)s", lenkje=f"{work.config.base_url}{path}"))
        mail.queue(work, to, about, "\n\n".join(lines) + "\n", key=key)


def _path(prosedyre: Prosedyre, versjon: ProsedyreVersjon | None = None) -> str:
    return f"/prosedyrar/{prosedyre.id}" + (f"/versjon/{versjon.nummer}" if versjon else "")


def asked_for_revision(work: Work, onske: Revisjonsonske, prosedyre: Prosedyre | None) -> None:
    """To the owner of the document; for a new one to who leads the unit. What the request says stands on the page only."""
    if prosedyre is not None:
        owner = work.db.get(Person, prosedyre.eigar_id)
        key, unit_id = f"onske-{onske.id}-{owner.id if owner else 0}", prosedyre.eining_id
        send(work, owner, ASKED, path=f"{_path(prosedyre)}#onske", key=key, eining_id=unit_id, title=prosedyre.tittel)
        return
    unit = work.db.get_one(Eining, onske.eining_id)
    leader = work.db.get(Person, unit.leiar_id) if unit.leiar_id else None
    send(work, leader, ASKED_NEW, path="/prosedyrar/onske", key=f"onske-{onske.id}", eining_id=unit.id)


def hearing_sent(work: Work, prosedyre: Prosedyre, hoyring: Hoyring, asked: Sequence[Person]) -> None:
    """To everybody asked who is employed today."""
    versjon = work.db.get_one(ProsedyreVersjon, hoyring.versjon_id)
    for person in asked:
        if person.is_employed(work.today):
            key = f"hoyring-{hoyring.id}-{person.id}"
            send(work, person, HEARING, path=_path(prosedyre, versjon), key=key, title=prosedyre.tittel, frist=hoyring.frist)


def hearing_soon(work: Work, prosedyre: Prosedyre, versjon: ProsedyreVersjon, hoyring: Hoyring, to: Person) -> None:
    """To somebody asked who has not answered, once, shortly before the deadline."""
    key, path = f"hoyring-paminning-{hoyring.id}-{to.id}", _path(prosedyre, versjon)
    send(work, to, HEARING_SOON, path=path, key=key, title=prosedyre.tittel, frist=hoyring.frist)


def hearing_over(work: Work, prosedyre: Prosedyre, versjon: ProsedyreVersjon, hoyring: Hoyring) -> None:
    """To who sent it: the deadline has passed."""
    to = work.db.get(Person, hoyring.sendt_av_id)
    send(work, to, HEARING_OVER, path=_path(prosedyre, versjon), key=f"hoyring-over-{hoyring.id}", title=prosedyre.tittel)


def approvers(work: Work, prosedyre: Prosedyre | Dokument, versjon: ProsedyreVersjon | Utgave) -> Sequence[Person]:
    """Those who may approve, nearest first: hold an approving role on the unit or above, and have not written in it."""
    unit = work.db.get_one(Eining, prosedyre.eining_id)
    above = [int(part) for part in unit.sti.split("/") if part]
    wrote = writers(work.db, versjon.id) | {versjon.forfattar_id}
    roles = [rolle.value for rolle in roles_with(Right.PROSEDYRE_GODKJENN) if rolle is not Rolle.SEKTORLEIAR]
    query = (
        select(Person, Eining.sti)
        .join(Tilgang, Tilgang.person_id == Person.id)
        .join(Eining, Eining.id == Tilgang.eining_id)
        .where(
            Tilgang.eining_id.in_(above),
            Tilgang.rolle.in_(roles),
            Tilgang.gjeld_fra <= work.today,
            or_(Tilgang.gjeld_til.is_(None), Tilgang.gjeld_til >= work.today),
            Person.id.not_in(wrote),
        )
    )
    rows = sorted(work.db.execute(query), key=lambda row: (-len(row[1]), row[0].id))
    found = dict.fromkeys(row[0] for row in rows if row[0].is_employed(work.today))
    return list(found)[:MOST_APPROVERS]


def waits_for_approval(work: Work, prosedyre: Prosedyre, versjon: ProsedyreVersjon) -> None:
    """To those who may approve it."""
    for person in approvers(work, prosedyre, versjon):
        key, unit_id = f"godkjenning-{versjon.id}-{versjon.versjon}-{person.id}", prosedyre.eining_id
        send(work, person, APPROVAL, path=_path(prosedyre, versjon), key=key, eining_id=unit_id, title=prosedyre.tittel)


def _writers_of(work: Work, prosedyre: Prosedyre, versjon: ProsedyreVersjon) -> list[Person]:
    people = (work.db.get(Person, id_) for id_ in sorted({prosedyre.eigar_id, versjon.forfattar_id}))
    return [person for person in people if person is not None]


def approved(work: Work, prosedyre: Prosedyre, versjon: ProsedyreVersjon) -> None:
    """To author and owner: who approved it, and when."""
    approver = work.db.get(Person, versjon.godkjennar_id) if versjon.godkjennar_id else None
    for person in _writers_of(work, prosedyre, versjon):
        key, who = f"godkjend-{versjon.id}-{person.id}", approver.namn if approver else ""
        send(work, person, APPROVED, path=_path(prosedyre), key=key, title=prosedyre.tittel, approver=who)


def returned(work: Work, prosedyre: Prosedyre, versjon: ProsedyreVersjon) -> None:
    """To author and owner; the reason stands on the page."""
    for person in _writers_of(work, prosedyre, versjon):
        key = f"retur-{versjon.id}-{versjon.versjon}-{person.id}"
        send(work, person, RETURNED, path=_path(prosedyre, versjon), key=key, title=prosedyre.tittel)


def revision_due(work: Work, prosedyre: Prosedyre, to: Person | None, days: int) -> None:
    """60, 30 or 0 days before the revision deadline, once for each deadline and receiver."""
    if prosedyre.revisjonsfrist is not None and to is not None:
        key = f"revisjon-{prosedyre.id}-{prosedyre.revisjonsfrist.isoformat()}-{days}-{to.id}"
        send(work, to, REVISION[days], path=_path(prosedyre), key=key, title=prosedyre.tittel, frist=prosedyre.revisjonsfrist)


def reading_due(work: Work, to: Person) -> None:
    """To who has something to read that is due, at most once a week."""
    year, week, _day = work.today.isocalendar()
    send(work, to, READING, path="/prosedyrar/leseliste", key=f"lesing-{to.id}-{year}-{week}")

"""Word files in: each is converted, held against the guard, looked over, and goes in whole or not at all."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from kjerne import files, log, vakt
from kjerne.access import Right
from kjerne.errors import NotFound, Refusal, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Fil, Person
from kjerne.work import Work
from prosedyrar.actions.dokument import create_prosedyre
from prosedyrar.models import Prosedyre, ProsedyreVedlegg, ProsedyreVersjon
from prosedyrar.models.innlesing import Innlesing, Innlesingsfil
from prosedyrar.rules import TITTEL_MAX, Dokumenttype
from prosedyrar.word import Converted, convert, gjett
from prosedyrar.word.arkiv import Medlem

SUBJECT = "prosedyre_innlesing"
NAME_MAX = 300
UNNAMED = "…"


@dataclass(frozen=True)
class Ramme:
    """What a file is judged by: the day, our units (id → name), their names, and who owns what nothing else is said of."""

    today: date
    einingar: Mapping[int, str]
    ord: frozenset[str]
    eining_id: int


@dataclass(frozen=True)
class Lest:
    """A file as it was read: what it became, or why not. `namnelikt`: something looks like a person's name."""

    namn: str
    sha256: str
    grunn: str = ""
    made: Converted | None = None
    eining_id: int = 0
    namnelikt: bool = False


def frame(db: Session, today: date, eining_id: int, allowed: frozenset[int] | None = None) -> Ramme:
    """The frame of an import; `allowed`: the units she may write for (None: all)."""
    units = {
        row.id: row.namn for row in db.scalars(select(Eining)) if row.is_active(today) and (allowed is None or row.id in allowed)
    }
    return Ramme(today, units, vakt.known_words(db), eining_id)


def look(found: Medlem, ramme: Ramme) -> Lest:
    """Convert one file and hold its name and text against the guard. Touches no database; never raises for a bad file."""
    name = found.namn[-NAME_MAX:].replace("\x00", "")
    sha256 = hashlib.sha256(found.data).hexdigest() if found.data else ""
    if vakt.judge({"namn": name}, today=ramme.today, confirmed=True, words=ramme.ord).feil:
        return Lest(UNNAMED, sha256, _("Namnet på fila inneheld eit nummer som viser kven nokon er. Gi ho eit anna namn."))
    if found.grunn:
        return Lest(name, sha256, found.grunn)
    try:
        made = convert(found.data, name)
    except Refused as refused:
        return Lest(name, sha256, refused.message)
    verdict = vakt.judge({"tittel": made.title, "tekst": made.text}, today=ramme.today, confirmed=False, words=ramme.ord)
    if verdict.feil == "identitet":
        return Lest(name, sha256, _("Dokumentet inneheld eit fødselsnummer eller liknande nummer. Ta det bort og prøv igjen."))
    owner = gjett.owner(made.lines, name, ramme.einingar, ramme.eining_id)
    return Lest(name, sha256, "", made, owner, namnelikt=bool(verdict.feil))


def went_in_before(db: Session, sha256: str) -> int | None:
    """The procedure the same bytes became."""
    return db.scalar(
        select(Innlesingsfil.prosedyre_id).where(Innlesingsfil.sha256 == sha256, Innlesingsfil.tilstand == "inne").limit(1)
    )


def keep(work: Work, innlesing: Innlesing, rekkje: int, lest: Lest) -> Innlesingsfil:
    """The file as a row of its upload, its images stored, its text with our own addresses of them."""
    row = Innlesingsfil(innlesing_id=innlesing.id, rekkje=rekkje, namn=lest.namn, sha256=lest.sha256, tilstand="klar")
    before = went_in_before(work.db, lest.sha256) if lest.sha256 else None
    if lest.grunn or lest.made is None:
        row.tilstand, row.grunn = "avvist", (lest.grunn or _("Fila kan ikkje lesast."))[:500]
    elif before is not None:
        row.tilstand, row.prosedyre_id = "finst", before
    work.db.add(row)
    work.db.flush()
    if row.tilstand == "klar" and lest.made is not None:
        made = lest.made
        row.tittel, row.dokumenttype, row.eining_id = made.title[:TITTEL_MAX], made.kind, lest.eining_id
        row.tapt, row.namnelikt, row.tekst = dict(made.lost), lest.namnelikt, _with_images(work, row, made)
        work.db.flush()
    return row


def _with_images(work: Work, row: Innlesingsfil, made: Converted) -> str:
    text = made.text
    for number, image in reversed(list(enumerate(made.images, start=1))):
        stored = files.store(work, SUBJECT, row.id, image)
        text = text.replace(f"](bilete:{number})", f"](/prosedyrar/vedlegg/{stored.offentleg_id})")
    return text


def write(work: Work, row: Innlesingsfil) -> Prosedyre:
    """Make the procedure of a file that is ready: a draft, 1.0, with its images. Raises `Refusal` when it cannot go in.

    The caller commits each by itself, so that a file is in whole or not at all.
    """
    if row.tilstand != "klar" or not row.med:
        raise NotFound
    if row.namnelikt and not row.stadfest:
        raise Refused(_("Sjå over om teksten viser kven nokon er, og kryss av for det."))
    before = went_in_before(work.db, row.sha256)
    if before is not None:
        row.tilstand, row.prosedyre_id, row.tekst = "finst", before, ""
        _forget_images(work, row)
        return work.db.get_one(Prosedyre, before)
    eining = work.db.get(Eining, row.eining_id) if row.eining_id else None
    if eining is None:
        raise Refused(_("Vel ei eining i lista."))
    made = create_prosedyre(
        work,
        tittel=row.tittel,
        eining_id=eining.id,
        eigar=_owner(work, eining),
        dokumenttype=row.dokumenttype,
        tekst=row.tekst,
    )
    versjon = work.db.scalars(select(ProsedyreVersjon).where(ProsedyreVersjon.prosedyre_id == made.id)).one()
    for fil in _images(work.db, row):
        fil.subjekt_type, fil.subjekt_id = "prosedyre", made.id
        work.db.add(ProsedyreVedlegg(versjon_id=versjon.id, fil_id=fil.id))
    row.tilstand, row.prosedyre_id, row.tekst = "inne", made.id, ""
    work.db.flush()
    log.record(work, "prosedyre", made.id, "prosedyre:innlesen", innlesing=row.innlesing_id, sha256=row.sha256)
    return made


def _owner(work: Work, eining: Eining) -> Person:
    """Who answers for it: the unit's leader, else the nearest above, else who reads it in."""
    step: Eining | None = eining
    while step is not None:
        leader = work.db.get(Person, step.leiar_id) if step.leiar_id else None
        if leader is not None and leader.is_employed(work.today):
            return leader
        step = work.db.get(Eining, step.overordna_id) if step.overordna_id else None
    if work.person is None:
        raise Refused(_("Ingen leiar kan eige prosedyren. Set leiar for eininga, eller vel ei anna eining."))
    return work.person


def _images(db: Session, row: Innlesingsfil) -> list[Fil]:
    return list(db.scalars(select(Fil).where(Fil.subjekt_type == SUBJECT, Fil.subjekt_id == row.id).order_by(Fil.id)))


def _forget_images(work: Work, row: Innlesingsfil) -> None:
    for fil in _images(work.db, row):
        files.remove(work, fil)


def ready(innlesing_id: int) -> tuple[ColumnElement[bool], ...]:
    """The files that can go in now: chosen, and looked over where something looks like a name."""
    return (
        Innlesingsfil.innlesing_id == innlesing_id,
        Innlesingsfil.tilstand == "klar",
        Innlesingsfil.med.is_(True),
        or_(Innlesingsfil.namnelikt.is_(False), Innlesingsfil.stadfest.is_(True)),
    )


def left(db: Session, innlesing_id: int) -> int:
    """How many chosen files still wait, such as those nobody has looked over."""
    waits = (Innlesingsfil.innlesing_id == innlesing_id, Innlesingsfil.tilstand == "klar", Innlesingsfil.med)
    return db.scalar(select(func.count()).select_from(Innlesingsfil).where(*waits)) or 0


def reject(row: Innlesingsfil, refusal: Refusal) -> None:
    """It did not go in, and why."""
    row.tilstand, row.grunn = "avvist", (refusal.message or _("Du har ikkje tilgang til eininga."))[:500]


def cancel(work: Work, innlesing: Innlesing) -> None:
    """Leave the rest out: texts and images that did not go in are deleted."""
    for row in work.db.scalars(select(Innlesingsfil).where(Innlesingsfil.innlesing_id == innlesing.id)):
        if row.tilstand == "klar":
            _forget_images(work, row)
            work.db.delete(row)
    innlesing.tilstand = "avbroten"
    work.db.flush()
    log.record(work, "innlesing", innlesing.id, "innlesing:avbroten")


def change(work: Work, row: Innlesingsfil, *, tittel: str, dokumenttype: str, eining_id: int, med: bool, stadfest: bool) -> None:
    """Correct what was guessed before it goes in. Raises `Refused` for a bad title, type or unit."""
    if row.tilstand != "klar":
        return
    if not tittel:
        raise Refused(_("Skriv ein tittel."))
    if dokumenttype not in set(Dokumenttype) - {Dokumenttype.EKSTERN}:
        raise Refused(_("Vel ein type i lista."))
    if not work.has(Right.PROSEDYRE_SKRIV, eining_id):
        raise Refused(_("Vel ei eining i lista."))
    if tittel != row.tittel:
        vakt.demand(work.db, {"tittel": tittel}, today=work.today, confirmed=stadfest)
    row.tittel, row.dokumenttype, row.eining_id, row.med, row.stadfest = tittel, dokumenttype, eining_id, med, stadfest

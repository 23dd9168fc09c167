"""File a case: exactly once, to the right leader, with copies, duties and letters, in one transaction."""

import hashlib
import hmac
import json
from base64 import b32encode
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Select, bindparam, delete, select, text
from sqlalchemy.exc import IntegrityError

from avvik.actions.duties import open_duties_for
from avvik.actions.history import letter, note
from avvik.models import (
    Avvik,
    AvvikInhabil,
    AvvikKladd,
    AvvikMeldarLoynd,
    AvvikNokkel,
    AvvikTeljar,
    AvvikTillegg,
)
from avvik.queries.prosedyre import add_row, valid_title
from avvik.queries.routing import Mottakar, concerned_leaders, find_mottakar, holders
from avvik.rules import HIGH, deadlines
from kjerne import asked
from kjerne.access import Rolle
from kjerne.clock import oslo_date, to_the_hour
from kjerne.errors import Conflict, Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.katalog import Frist, Kopi, Underkategori, every, holds, versions
from kjerne.models import Eining, Person, PersonEining
from kjerne.work import Work

LETTER_NEW = _l("Ny melding til deg:")
LETTER_NEW_BODY = _l("Du har fått ei ny melding om avvik å behandle.")
LETTER_COPY = _l("Kopi av melding:")
LETTER_COPY_BODY = _l("Ei melding av eit slag som du får kopi av, er komen inn.")
LETTER_ABOVE = _l("Alvorleg melding:")
LETTER_ABOVE_BODY = _l("Ei melding med alvor 4 eller 5 er komen inn i eininga under deg.")


@dataclass(frozen=True)
class Melding:
    """What the reporter said. `hendt` is aware UTC. Free texts are already cleaned and passed the identity guard."""

    nokkel: str
    eining_id: int
    hendt: datetime
    hovudtype: str
    underkategori: str
    skildring: str
    alvor: int
    art: str = "avvik"
    alvor_mogleg: int | None = None
    strakstiltak: str = ""
    arsak: str = ""
    forslag: str = ""
    konfidensiell: bool = False
    anonym: bool = False
    gjeld_leiar: bool = False
    serie_tal: int = 1
    parorande_informert: bool | None = None
    kjent: datetime | None = None
    tillegg: dict[str, str] = field(default_factory=dict)
    filer: tuple[str, ...] = ()
    prosedyre_id: int | None = None


@dataclass(frozen=True)
class Kvittering:
    """The receipt: the case, who has it, and the tracking code of an anonymous one. `ny` is False when filed before."""

    avvik: Avvik
    mottakar: Mottakar | None
    sporingskode: str | None
    ny: bool


def body_hash(melding: Melding, secret: str, browser: str = "") -> str:
    """A digest of everything the form said, to tell "the same again" from "another body under the same key".

    An anonymous report's key has no person. `browser` takes her place: the random secret of the session's forms, which lies
    in that browser alone and is new at each login, so that the digest answers 409 to others and leads to nobody.
    """
    said = json.dumps(asdict(melding), sort_keys=True, default=str).encode()
    if melding.anonym:
        said += b"/" + browser.encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def tracking_code(nokkel: str, secret: str) -> str:
    """The anonymous reporter's code: 16 signs from the form's random key, so that a repeated filing shows the same one."""
    raw = hmac.new(secret.encode(), b"sporing/" + nokkel.encode(), hashlib.sha256).digest()
    text = b32encode(raw[:10]).decode()
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def code_hash(code: str) -> str:
    """What is kept of a tracking code."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(f"sporing/{plain}".encode()).hexdigest()


def _already(work: Work, melding: Melding, digest: str) -> Kvittering | None:
    key = work.db.get(AvvikNokkel, melding.nokkel)
    if key is None:
        return None
    person_id = None if melding.anonym else work.me.id
    if key.kropp_hash != digest or key.person_id != person_id:
        raise Conflict(_("Skjemaet er brukt før. Opne eit nytt skjema. Det du har sendt før, er trygt lagra."))
    avvik = work.db.get_one(Avvik, key.avvik_id)
    code = tracking_code(melding.nokkel, work.config.secret_key) if melding.anonym else None
    return Kvittering(avvik, _current_mottakar(work, avvik), code, ny=False)


def _current_mottakar(work: Work, avvik: Avvik) -> Mottakar | None:
    """Who has a case that was filed before."""
    if avvik.sakshandsamar_id is None:
        return None
    person = work.db.get_one(Person, avvik.sakshandsamar_id)
    eining = work.db.get_one(Eining, avvik.eining_id)
    return Mottakar(person, eining, stedfortredar=person.id == eining.stedfortredar_id)


def preview_mottakar(work: Work, eining: Eining, *, gjeld_leiar: bool, konfidensiell: bool) -> Mottakar | None:
    """Who would get a case filed now by this person: shown at the send button."""
    excluded = _concerned(work, eining) if gjeld_leiar else frozenset()
    if not konfidensiell:
        excluded |= {work.me.id}
    return find_mottakar(work.db, eining, work.today, excluded)


def _concerned(work: Work, eining: Eining) -> frozenset[int]:
    """Leaders and deputies of where it happened and of the reporter's own main unit; for a leader: also whoever leads her.

    Never the reporter herself: she keeps sight of what she filed.
    """
    own = work.db.scalars(
        select(Eining)
        .join(PersonEining, PersonEining.eining_id == Eining.id)
        .where(PersonEining.person_id == work.me.id, PersonEining.hovud)
    ).all()
    units = [eining, *own]
    units += [above for unit in units if unit.leiar_id == work.me.id and (above := _led_from(work, unit))]
    return concerned_leaders(work.db, units) - {work.me.id}


def _led_from(work: Work, eining: Eining) -> Eining | None:
    """The nearest unit above that somebody else leads."""
    step = work.db.get(Eining, eining.overordna_id) if eining.overordna_id else None
    while step is not None and step.leiar_id in (None, work.me.id):
        step = work.db.get(Eining, step.overordna_id) if step.overordna_id else None
    return step


_FIRST_OF_YEAR = text("INSERT INTO avvik_teljar (aar, siste) VALUES (:aar, 0) ON CONFLICT (aar) DO NOTHING")


_COUNTER: Final = (
    select(AvvikTeljar).where(AvvikTeljar.aar == bindparam("year")).with_for_update().execution_options(populate_existing=True)
)


def _lock_counter(work: Work) -> AvvikTeljar:
    """The year's counter, locked until the transaction ends: filings stand in line, so a repeated key finds the first."""
    aar = oslo_date(work.now).year
    work.db.execute(_FIRST_OF_YEAR, {"aar": aar})
    return work.db.scalars(_COUNTER, {"year": aar}).one()


def deadline_row(work: Work, alvor: int, filed: datetime | None = None) -> Frist:
    """The deadlines for a severity: those in force when the case was filed, so that it keeps them; without `filed` today's."""
    day = oslo_date(filed) if filed else work.today
    begun = [row for row in every(work.db, Frist) if row.alvor == alvor and row.gjeld_fra <= day]
    return max(begun, key=lambda row: (row.gjeld_fra, row.id))


def group_of(work: Work, underkategori: str, *, gjeld_leiar: bool) -> str:
    """The group that alone sees the case: about a leader first, else the sub-category's own."""
    if gjeld_leiar:
        return "leiarsak"
    begun = [row for row in versions(work.db, Underkategori).get(underkategori, []) if row.gjeld_fra <= work.today]
    return begun[-1].sensitiv_gruppe if begun else ""


def report_avvik(work: Work, melding: Melding, browser: str = "") -> Kvittering:
    """File a case. The same key and body again gives the same case; another body or person is a `Conflict`.

    `browser` is what stands for the person of an anonymous report (`body_hash`).

    Case, number, key, history, log, duties and letters stand or fall together; the edge commits.
    Heimel: forskrift om leiing og kvalitetsforbetring § 6 g.
    """
    digest = body_hash(melding, work.config.secret_key, browser)
    counter = _lock_counter(work)
    before = _already(work, melding, digest)
    if before is not None:
        return before
    eining = work.db.get(Eining, melding.eining_id)
    if eining is None or not eining.is_active(work.today):
        raise Refused(_("Eininga finst ikkje lenger. Vel ei anna eining."), "eining")
    concerned = _concerned(work, eining) if melding.gjeld_leiar else frozenset()
    excluded = concerned if melding.anonym or melding.konfidensiell else concerned | {work.me.id}
    mottakar = find_mottakar(work.db, eining, work.today, excluded)
    avvik = _add(work, melding, mottakar, counter)
    work.db.add(
        AvvikNokkel(
            nokkel=melding.nokkel,
            avvik_id=avvik.id,
            person_id=None if melding.anonym else work.me.id,
            kropp_hash=digest,
        )
    )
    try:
        work.db.flush()
    except IntegrityError as error:
        raise Conflict(_("Meldinga blir lagra no. Vent litt og prøv igjen.")) from error
    if melding.konfidensiell:
        work.db.add(AvvikMeldarLoynd(avvik_id=avvik.id, person_id=work.me.id))
    work.db.add_all(AvvikInhabil(avvik_id=avvik.id, person_id=person_id) for person_id in concerned)
    work.db.add_all(AvvikTillegg(avvik_id=avvik.id, felt=name, verdi=value) for name, value in melding.tillegg.items() if value)
    work.db.execute(delete(AvvikKladd).where(AvvikKladd.nokkel == melding.nokkel))
    work.db.flush()
    if melding.prosedyre_id is not None and valid_title(work.db, melding.prosedyre_id):
        add_row(work.db, avvik.id, melding.prosedyre_id, avvik.meldt)
    note(work, avvik, "meldt", til=str(avvik.alvor), as_reporter=True)
    open_duties_for(work, avvik, kjent=melding.kjent)
    _letters(work, avvik, eining, mottakar, concerned)
    code = tracking_code(melding.nokkel, work.config.secret_key) if melding.anonym else None
    return Kvittering(avvik, mottakar, code, ny=True)


def _add(work: Work, melding: Melding, mottakar: Mottakar | None, counter: AvvikTeljar) -> Avvik:
    filed = to_the_hour(work.now) if melding.anonym else work.now
    due = deadline_row(work, melding.alvor)
    dates = deadlines(filed, answer_days=due.svar_arbeidsdagar, start_days=due.start_dagar, close_days=due.lukking_dagar)
    counter.siste += 1
    code = tracking_code(melding.nokkel, work.config.secret_key)
    avvik = Avvik(
        aar=counter.aar,
        lopenr=counter.siste,
        eining_id=melding.eining_id,
        hendt=melding.hendt.astimezone(UTC),
        meldt=filed,
        hovudtype=melding.hovudtype,
        underkategori=melding.underkategori,
        hovudtype_meldt=melding.hovudtype,
        underkategori_meldt=melding.underkategori,
        art=melding.art,
        skildring=melding.skildring,
        strakstiltak=melding.strakstiltak,
        arsak_meldar=melding.arsak,
        forslag=melding.forslag,
        alvor=melding.alvor,
        alvor_meldt=melding.alvor,
        alvor_mogleg=melding.alvor_mogleg,
        konfidensiell=melding.konfidensiell and not melding.anonym,
        anonym=melding.anonym,
        gjeld_leiar=melding.gjeld_leiar,
        sensitiv_gruppe=group_of(work, melding.underkategori, gjeld_leiar=melding.gjeld_leiar),
        meldar_id=None if melding.anonym or melding.konfidensiell else work.me.id,
        sakshandsamar_id=mottakar.person.id if mottakar else None,
        serie_tal=melding.serie_tal,
        parorande_informert=melding.parorande_informert,
        frist_svar=dates.svar,
        frist_start=dates.start,
        frist_lukking=dates.lukking,
        sporingskode_hash=code_hash(code) if melding.anonym else None,
    )
    work.db.add(avvik)
    work.db.flush()
    return avvik


def _copied(work: Work) -> Select[str]:
    fits = Kopi.hovudtype == bindparam("hovudtype"), Kopi.min_alvor <= bindparam("alvor")
    return select(Kopi.rolle).where(holds(Kopi, work.today), *fits).order_by(Kopi.id)


def _letters(work: Work, avvik: Avvik, eining: Eining, mottakar: Mottakar | None, concerned: frozenset[int]) -> None:
    """To who has it, to copies by rule, and for severity 4-5 to the next leader at once. Never to a concerned leader."""
    told = set(concerned)
    if mottakar:
        letter(work, avvik, mottakar.person, "ny", LETTER_NEW.text, LETTER_NEW_BODY.text)
        told.add(mottakar.person.id)
    if avvik.gjeld_leiar:
        return
    for rule in asked.rows(work, _copied, hovudtype=avvik.hovudtype, alvor=avvik.alvor):
        for person in holders(work.db, eining, Rolle(rule.rolle), work.today):
            if person.id not in told:
                letter(work, avvik, person, "kopi", LETTER_COPY.text, LETTER_COPY_BODY.text)
                told.add(person.id)
    if avvik.alvor >= HIGH and mottakar and avvik.sensitiv_gruppe == "":
        above = find_mottakar(work.db, eining, work.today, frozenset(told))
        if above:
            letter(work, avvik, above.person, "over", LETTER_ABOVE.text, LETTER_ABOVE_BODY.text)

"""File a case: exactly once, to the right leader, with copies, duties and letters, in one transaction.

Its rows are written past the mapper, each table once: nobody else has the case in hand yet, and a mapper's bookkeeping costs
more than the filing itself.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from avvik import sok, sums
from avvik.actions.duties import INJURY, brought_up, open_first_duties
from avvik.actions.history import Filed, letter, note_filed
from avvik.actions.melding import Melding, body_hash, code_hash, tracking_code
from avvik.models import (
    Avvik,
    AvvikInhabil,
    AvvikKladd,
    AvvikMeldarLoynd,
    AvvikNokkel,
    AvvikTillegg,
)
from avvik.queries.prosedyre import add_row, valid_title
from avvik.queries.routing import Mottakar, concerned_leaders, find_mottakar, holders
from avvik.rules import HIGH, Status, deadlines, month_of
from kjerne import asked, vakt
from kjerne.access import Rolle
from kjerne.clock import oslo_date, to_the_hour
from kjerne.einingar import tree
from kjerne.errors import Conflict, Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.katalog import Frist, Kopi, Meldeplikt, MeldepliktKopling, Underkategori, every, holds_on, versions
from kjerne.known import changed
from kjerne.models import Eining, Person, PersonEining
from kjerne.work import Work
from kjerne.written import write, write_new

__all__ = ["Kvittering", "Melding", "deadline_row", "group_of", "keep_what_filing_reads", "preview_mottakar", "report_avvik"]

LETTER_NEW = _l("Ny melding til deg:")
LETTER_NEW_BODY = _l("Du har fått ei ny melding om avvik å behandle.")
LETTER_COPY = _l("Kopi av melding:")
LETTER_COPY_BODY = _l("Ei melding av eit slag som du får kopi av, er komen inn.")
LETTER_ABOVE = _l("Alvorleg melding:")
LETTER_ABOVE_BODY = _l("Ei melding med alvor 4 eller 5 er komen inn i eininga under deg.")


@dataclass(frozen=True)
class Kvittering:
    """The receipt: the case, who has it, and the tracking code of an anonymous one. `ny` is False when filed before.

    `loynd`: nobody is to know who filed it.
    """

    db: Session = field(repr=False)
    avvik_id: int
    nr: str
    loynd: bool
    mottakar: Mottakar | None
    sporingskode: str | None
    ny: bool

    @property
    def avvik(self) -> Avvik:
        """The case itself, read when somebody asks for it."""
        return self.db.get_one(Avvik, self.avvik_id)


#: Whether a form's key has been used, by whom and for what; and whether a draft lies under it. One row.
_KEY: Final = select(
    *(
        select(column).where(AvvikNokkel.nokkel == bindparam("key")).scalar_subquery().label(column.key)
        for column in (AvvikNokkel.avvik_id, AvvikNokkel.person_id, AvvikNokkel.kropp_hash)
    ),
    exists().where(AvvikKladd.nokkel == bindparam("key")).label("kladd"),
)


def _filed_before(work: Work, melding: Melding, key: Any, digest: str) -> Kvittering:
    """The receipt of a form that was sent before. Another body under its key, or another person, is a `Conflict`."""
    person_id = None if melding.anonym else work.me.id
    if key.kropp_hash != digest or key.person_id != person_id:
        raise Conflict(_("Skjemaet er brukt før. Opne eit nytt skjema. Det du har sendt før, er trygt lagra."))
    avvik = work.db.get_one(Avvik, key.avvik_id)
    loynd = avvik.anonym or avvik.konfidensiell
    return Kvittering(work.db, avvik.id, avvik.nr, loynd, _current_mottakar(work, avvik), _code(work, melding), ny=False)


def _code(work: Work, melding: Melding) -> str | None:
    return tracking_code(melding.nokkel, work.config.secret_key) if melding.anonym else None


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


_HERS: Final = select(PersonEining.eining_id).where(PersonEining.person_id == bindparam("person"), PersonEining.hovud)


def _concerned(work: Work, eining: Eining) -> frozenset[int]:
    """Leaders and deputies of where it happened and of the reporter's own main unit; for a leader: also whoever leads her.

    Never the reporter herself: she keeps sight of what she filed.
    """
    known = tree(work.db).einingar
    units = [eining, *(known[row.eining_id] for row in asked.fixed(work.db, _HERS, person=work.me.id))]
    units += [above for unit in units if unit.leiar_id == work.me.id and (above := _led_from(work, unit))]
    return concerned_leaders(work.db, units) - {work.me.id}


def _led_from(work: Work, eining: Eining) -> Eining | None:
    """The nearest unit above that somebody else leads."""
    known = tree(work.db).einingar
    step = known[eining.overordna_id] if eining.overordna_id else None
    while step is not None and step.leiar_id in {None, work.me.id}:
        step = known[step.overordna_id] if step.overordna_id else None
    return step


#: The year's counter is locked by its own raising until the transaction ends: filings stand in line, so that a repeated key
#: finds the first. What did not become a case gives its number back. PostgreSQL gives a row to whoever asks at the right
#: moment, so that some waited ten times as long as others: there each takes a turn first, which is given in the order asked.
_NEXT: Final = {
    "sqlite": text(
        "INSERT INTO avvik_teljar (aar, siste) VALUES (:aar, 1) "
        "ON CONFLICT (aar) DO UPDATE SET siste = avvik_teljar.siste + 1 RETURNING siste"
    ),
    "postgresql": text(
        "INSERT INTO avvik_teljar (aar, siste) SELECT :aar, 1 FROM pg_advisory_xact_lock(7243322) "
        "ON CONFLICT (aar) DO UPDATE SET siste = avvik_teljar.siste + 1 RETURNING siste"
    ),
}
_BACK: Final = text("UPDATE avvik_teljar SET siste = siste - 1 WHERE aar = :aar")


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
    eining = tree(work.db).einingar.get(melding.eining_id)
    here = eining if eining is not None and eining.is_active(work.today) else None
    concerned = _concerned(work, here) if here and melding.gjeld_leiar else frozenset()
    excluded = concerned if melding.anonym or melding.konfidensiell else concerned | {work.me.id}
    mottakar = find_mottakar(work.db, here, work.today, excluded) if here else None  # before others must wait for this one
    work.db.flush()
    connection, aar = work.db.connection(), oslo_date(work.now).year
    number: int = write(connection, _NEXT[connection.dialect.name], {"aar": aar})
    (key,) = asked.fixed(work.db, _KEY, key=melding.nokkel)
    if key.avvik_id is not None:
        write(connection, _BACK, {"aar": aar})
        return _filed_before(work, melding, key, digest)
    if here is None:
        raise Refused(_("Eininga finst ikkje lenger. Vel ei anna eining."), "eining")
    changed(work.db)  # an anonymous one has no line in the log until night
    avvik = _write_case(work, connection, melding, mottakar, (aar, number))
    _write_key(connection, melding, avvik, digest)
    _write_beside(work, connection, melding, avvik, concerned)
    if key.kladd:
        work.db.execute(delete(AvvikKladd).where(AvvikKladd.nokkel == melding.nokkel))
    note_filed(work, connection, avvik)
    _open_duties(work, connection, melding, avvik)
    _letters(work, melding, avvik, here, mottakar, concerned)
    return Kvittering(work.db, avvik.id, avvik.nr, melding.anonym or melding.konfidensiell, mottakar, _code(work, melding), ny=True)


_CASE: Final = insert(Avvik)
#: What a new case is, and sums and search ask about.
_NEW: Final[dict[str, Any]] = {
    "status": Status.MELD.value,
    "er_varsel": False,
    "endra_praksis": False,
    "forste_svar_tid": None,
    "lukka_tid": None,
}


def _write_case(work: Work, connection: Connection, melding: Melding, mottakar: Mottakar | None, number: tuple[int, int]) -> Filed:
    """The case's own row, its words for search, and its place in the sums."""
    filed = to_the_hour(work.now) if melding.anonym else work.now
    row = _NEW | _said(melding) | _decided(work, melding, filed)
    row["aar"], row["lopenr"] = number
    row["manad"], row["meldt"] = month_of(filed), filed
    row["meldar_id"] = None if melding.anonym or melding.konfidensiell else work.me.id
    row["sakshandsamar_id"] = mottakar.person.id if mottakar else None
    avvik_id = write_new(connection, _CASE, row)
    sums.filed(work.db, row)
    sok.index_new(work.db, avvik_id, SimpleNamespace(**row))
    return Filed(
        id=avvik_id,
        nr=f"{number[0]}-{number[1]}",
        eining_id=melding.eining_id,
        meldt=filed,
        alvor=melding.alvor,
        anonym=melding.anonym,
        konfidensiell=row["konfidensiell"],
        sensitiv_gruppe=row["sensitiv_gruppe"],
        meldar_id=None if melding.anonym else work.me.id,
    )


def _said(melding: Melding) -> dict[str, Any]:
    """What the reporter said, as the case keeps it."""
    return {
        "eining_id": melding.eining_id,
        "hendt": melding.hendt.astimezone(UTC),
        "hovudtype": melding.hovudtype,
        "underkategori": melding.underkategori,
        "hovudtype_meldt": melding.hovudtype,
        "underkategori_meldt": melding.underkategori,
        "art": melding.art,
        "skildring": melding.skildring,
        "strakstiltak": melding.strakstiltak,
        "arsak_meldar": melding.arsak,
        "forslag": melding.forslag,
        "alvor": melding.alvor,
        "alvor_meldt": melding.alvor,
        "alvor_mogleg": melding.alvor_mogleg,
        "konfidensiell": melding.konfidensiell and not melding.anonym,
        "anonym": melding.anonym,
        "gjeld_leiar": melding.gjeld_leiar,
        "serie_tal": melding.serie_tal,
        "parorande_informert": melding.parorande_informert,
    }


def _decided(work: Work, melding: Melding, filed: datetime) -> dict[str, Any]:
    """What rules and reference data say of it: its deadlines, who alone sees it, and what is kept of an anonymous one's code."""
    due = deadline_row(work, melding.alvor)
    dates = deadlines(filed, answer_days=due.svar_arbeidsdagar, start_days=due.start_dagar, close_days=due.lukking_dagar)
    code = _code(work, melding)
    return {
        "sensitiv_gruppe": group_of(work, melding.underkategori, gjeld_leiar=melding.gjeld_leiar),
        "frist_svar": dates.svar,
        "frist_start": dates.start,
        "frist_lukking": dates.lukking,
        "sporingskode_hash": code_hash(code) if code else None,
    }


_USED: Final = insert(AvvikNokkel)


def _write_key(connection: Connection, melding: Melding, avvik: Filed, digest: str) -> None:
    """The form's key: from now on it is this case's."""
    row = {"nokkel": melding.nokkel, "avvik_id": avvik.id, "person_id": avvik.meldar_id, "kropp_hash": digest}
    try:
        write(connection, _USED, row)
    except IntegrityError as error:
        raise Conflict(_("Meldinga blir lagra no. Vent litt og prøv igjen.")) from error


_HIDDEN, _ABOUT, _EXTRA = insert(AvvikMeldarLoynd), insert(AvvikInhabil), insert(AvvikTillegg)


def _write_beside(work: Work, connection: Connection, melding: Melding, avvik: Filed, concerned: frozenset[int]) -> None:
    """The rows that few cases have: a hidden name, whom it is about, extra fields, and the procedure it is about."""
    if melding.konfidensiell:
        write(connection, _HIDDEN, {"avvik_id": avvik.id, "person_id": work.me.id})
    if concerned:
        write(connection, _ABOUT, *({"avvik_id": avvik.id, "person_id": person_id} for person_id in sorted(concerned)))
    extra = [{"avvik_id": avvik.id, "felt": name, "verdi": value} for name, value in melding.tillegg.items() if value]
    if extra:
        write(connection, _EXTRA, *extra)
    if melding.prosedyre_id is not None and valid_title(work.db, melding.prosedyre_id):
        add_row(work.db, avvik.id, melding.prosedyre_id, avvik.meldt)


def _open_duties(work: Work, connection: Connection, melding: Melding, avvik: Filed) -> None:
    worst = max(melding.alvor, melding.alvor_mogleg or 0)
    codes = brought_up(work, melding.underkategori, melding.hovudtype, worst, lambda: melding.tillegg.get(INJURY) == "ja")
    open_first_duties(work, connection, avvik.id, codes, melding.kjent)


def _copied(work: Work, melding: Melding) -> list[Rolle]:
    """The roles that get a copy of what is filed under a main type from a severity."""
    return [
        Rolle(row.rolle)
        for row in every(work.db, Kopi)
        if row.hovudtype == melding.hovudtype and row.min_alvor <= melding.alvor and holds_on(row, work.today)
    ]


def _letters(  # noqa: PLR0917 - what decides who is told
    work: Work, melding: Melding, avvik: Filed, eining: Eining, mottakar: Mottakar | None, concerned: frozenset[int]
) -> None:
    """To who has it, to copies by rule, and for severity 4-5 to the next leader at once. Never to a concerned leader."""
    told = set(concerned)
    if mottakar:
        letter(work, avvik, mottakar.person, "ny", LETTER_NEW.text, LETTER_NEW_BODY.text)
        told.add(mottakar.person.id)
    if melding.gjeld_leiar:
        return
    for rolle in _copied(work, melding):
        for person in holders(work.db, eining, rolle, work.today):
            if person.id not in told:
                letter(work, avvik, person, "kopi", LETTER_COPY.text, LETTER_COPY_BODY.text)
                told.add(person.id)
    if melding.alvor >= HIGH and mottakar and not avvik.sensitiv_gruppe:
        above = find_mottakar(work.db, eining, work.today, frozenset(told))
        if above:
            letter(work, avvik, above.person, "over", LETTER_ABOVE.text, LETTER_ABOVE_BODY.text)


def keep_what_filing_reads(work: Work) -> None:
    """Have the reference data at hand that the filing itself reads: a page that writes keeps nothing (`kjerne/kept.py`)."""
    for table in (Kopi, MeldepliktKopling, Frist):
        every(work.db, table)
    versions(work.db, Meldeplikt)
    vakt.known_words(work.db)

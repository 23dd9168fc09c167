"""A hearing: sent, commented, answered, ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from kjerne.access import Rolle
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person
from kjerne.work import Work
from prosedyrar import letters, rules
from prosedyrar.actions.historie import cleaned, flush, note
from prosedyrar.models import Hoyring, HoyringDeltakar, HoyringMerknad, Prosedyre, ProsedyreVersjon
from prosedyrar.queries import access
from prosedyrar.queries import hoyring as queries
from prosedyrar.rules import Hat, Steg, Svar, Tilstand

LONGEST = timedelta(days=365)


@dataclass(frozen=True)
class Spurd:
    """Somebody to ask: a person, or everybody of a unit (with a role: those who hold it there)."""

    person: Person | None = None
    eining: Eining | None = None
    rolle: str = ""


def send_hearing(
    work: Work,
    versjon: ProsedyreVersjon,
    *,
    frist: date,
    spurde: Iterable[Spurd],
    melding: str = "",
    kort_grunn: str = "",
) -> Hoyring:
    """Send a draft on a hearing; those asked get a letter. At least 14 days, unless a reason for fewer is given.

    Raises `NotFound` for who may not write, `Conflict` when it is no draft, `Refused` for a bad deadline or nobody to ask.
    Heimel: forskrift om leiing og kvalitetsforbetring § 7 d.
    """
    prosedyre = work.db.get_one(Prosedyre, versjon.prosedyre_id)
    if Hat.SKRIVAR not in access.hats(work, prosedyre, versjon):
        raise NotFound
    if versjon.tilstand not in rules.find_step(Steg.HOYRING).source:
        raise Conflict(_("Denne versjonen er ikkje lenger ein kladd."))
    asked = list(dict.fromkeys(spurde))
    if not asked:
        raise Refused(_("Vel minst éin som skal bli spurd."), "spurde")
    if not work.today < frist <= work.today + LONGEST:
        raise Refused(_("Vel ein frist fram i tid, innan eitt år."), "frist")
    if frist < work.today + timedelta(days=rules.HOYRING_DAGAR) and not kort_grunn.strip():
        raise Refused(_("Ei høyring varer minst 14 dagar. Skriv kvifor, om ho må vere kortare."), "kort_grunn")
    hoyring = Hoyring(
        versjon_id=versjon.id,
        frist=frist,
        melding=cleaned(work, melding, "melding", required=False),
        kort_grunn=cleaned(work, kort_grunn, "kort_grunn", max_len=rules.TITTEL_MAX, required=False, multiline=False),
        sendt=work.now,
        sendt_av_id=work.me.id,
    )
    work.db.add(hoyring)
    work.db.flush()
    work.db.add_all(_row(hoyring, one) for one in asked)
    versjon.tilstand = Tilstand.PAA_HOYRING.value
    flush(work)
    note(work, prosedyre.id, Steg.HOYRING.value, versjon_id=versjon.id, tekst=hoyring.melding)
    letters.hearing_sent(work, prosedyre, hoyring, work.db.scalars(queries.people(hoyring.id, work.today)).all())
    return hoyring


def _row(hoyring: Hoyring, one: Spurd) -> HoyringDeltakar:
    if one.rolle and one.rolle not in set(Rolle):
        raise Refused(_("Vel ei rolle i lista."), "spurde")
    return HoyringDeltakar(
        hoyring_id=hoyring.id,
        person_id=one.person.id if one.person else None,
        eining_id=one.eining.id if one.eining else None,
        rolle=one.rolle,
    )


def _running(work: Work, versjon: ProsedyreVersjon, tekst: str = "") -> Hoyring:
    hoyring = queries.running(work.db, versjon.id)
    if hoyring is None or versjon.tilstand != Tilstand.PAA_HOYRING:
        raise Conflict(_("Høyringa er over. Det du skreiv er ikkje lagra."), mine=tekst)
    return hoyring


def nothing_to_add(work: Work, versjon: ProsedyreVersjon) -> None:
    """Somebody asked has read it and has no comments: an answer that needs none. Said twice, it is said once."""
    hoyring = _running(work, versjon)
    if not queries.is_asked(work, hoyring.id):
        raise NotFound
    if queries.has_answered(work, hoyring.id):
        return
    work.db.add(
        HoyringMerknad(
            hoyring_id=hoyring.id,
            person_id=work.me.id,
            tekst=_("Har lese, og har ingen merknader."),
            tid=work.now,
            svar=Svar.TEKEN_INN.value,
            svart=work.now,
        )
    )
    work.db.flush()


def comment(work: Work, versjon: ProsedyreVersjon, *, seksjon: str, tekst: str) -> HoyringMerknad:
    """Say something to a section, or (empty) to the whole. Those asked, and those who write or approve here, may."""
    hoyring = _running(work, versjon, tekst)
    prosedyre = work.db.get_one(Prosedyre, versjon.prosedyre_id)
    if not access.hats(work, prosedyre, versjon) and not queries.is_asked(work, hoyring.id):
        raise NotFound
    if seksjon and seksjon not in rules.headings(versjon.tekst):
        raise Refused(_("Vel ein del av teksten i lista."), "seksjon")
    merknad = HoyringMerknad(
        hoyring_id=hoyring.id, person_id=work.me.id, seksjon=seksjon, tekst=cleaned(work, tekst, "tekst"), tid=work.now
    )
    work.db.add(merknad)
    work.db.flush()
    return merknad


def answer(work: Work, merknad: HoyringMerknad, versjon: ProsedyreVersjon, *, svar: str, tekst: str) -> None:
    """Say what came of a comment: taken in or not, and why. Only who writes here; the reason is asked for when it is not."""
    prosedyre = work.db.get_one(Prosedyre, versjon.prosedyre_id)
    if Hat.SKRIVAR not in access.hats(work, prosedyre, versjon):
        raise NotFound
    if versjon.tilstand not in rules.OPEN:
        raise Conflict(_("Versjonen er alt avgjord."), mine=tekst)
    if svar not in set(Svar):
        raise Refused(_("Vel om merknaden er teken inn."), "svar")
    merknad.svar_tekst = cleaned(work, tekst, "svar_tekst", required=svar == Svar.IKKJE)
    merknad.svar, merknad.svart_av_id, merknad.svart = svar, work.me.id, work.now
    work.db.flush()


def end(work: Work, versjon: ProsedyreVersjon) -> None:
    """The hearing is over, whatever comes next. What was said stays, and waits for answers."""
    hoyring = queries.running(work.db, versjon.id)
    if hoyring is not None:
        hoyring.avslutta = work.now
        work.db.flush()

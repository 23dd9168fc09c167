"""Who must read, reading, and the leader's own signature under it."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from kjerne import log
from kjerne.access import Right, Rolle
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining, PersonEining
from kjerne.work import Work
from prosedyrar import rules
from prosedyrar.actions.historie import cleaned
from prosedyrar.models import Kontrollsporsmal, Lesekrav, Lesekvittering, Prosedyre, ProsedyreVersjon
from prosedyrar.queries import access, lesing
from prosedyrar.queries.dokument import questions
from prosedyrar.rules import Tilstand


def may_require(work: Work, prosedyre: Prosedyre, eining: Eining) -> bool:
    """Who writes the document asks for reading in all of its units; who writes procedures for a unit asks there."""
    owner = work.db.get_one(Eining, prosedyre.eining_id)
    inside = eining.sti.startswith(owner.sti)
    return inside and (access.may_write(work, prosedyre) or work.has(Right.PROSEDYRE_SKRIV, eining.id))


def require_reading(
    work: Work,
    prosedyre: Prosedyre,
    eining: Eining,
    *,
    rolle: str = "",
    yrke: str = "",
    frist_dagar: int = rules.LESEFRIST_DAGAR,
    medsignatur: bool = False,
) -> Lesekrav:
    """Ask everybody of a unit's subtree, or those of a role or profession there, to read and sign. Asked again it is changed.

    `frist_dagar` counts days. Raises `NotFound` for who may not ask there, `Refused` for an unknown role or a bad deadline.
    Heimel: forskrift om leiing og kvalitetsforbetring § 7 a.
    """
    if not may_require(work, prosedyre, eining):
        raise NotFound
    if rolle and rolle not in set(Rolle):
        raise Refused(_("Vel ei rolle i lista."), "rolle")
    if not 1 <= frist_dagar <= 365:
        raise Refused(_("Vel ein frist mellom 1 og 365 dagar."), "frist_dagar")
    known = work.db.scalar(
        select(Lesekrav).where(
            Lesekrav.prosedyre_id == prosedyre.id, Lesekrav.eining_id == eining.id, Lesekrav.rolle == rolle, Lesekrav.yrke == yrke
        )
    )
    krav = known or Lesekrav(
        prosedyre_id=prosedyre.id, eining_id=eining.id, rolle=rolle, yrke=yrke, fra=work.today, laga_av_id=work.me.id
    )
    krav.frist_dagar, krav.medsignatur = frist_dagar, medsignatur
    work.db.add(krav)
    work.db.flush()
    log.record(work, "prosedyre", prosedyre.id, "lesekrav:sett", krav=krav.id, eining=eining.id, rolle=rolle, yrke=yrke)
    return krav


def drop_requirement(work: Work, prosedyre: Prosedyre, krav_id: int) -> None:
    """Nobody there must read it any more; receipts stay."""
    krav = work.db.get(Lesekrav, krav_id)
    eining = work.db.get(Eining, krav.eining_id) if krav else None
    if krav is None or eining is None or krav.prosedyre_id != prosedyre.id or not may_require(work, prosedyre, eining):
        raise NotFound
    work.db.delete(krav)
    work.db.flush()
    log.record(work, "prosedyre", prosedyre.id, "lesekrav:borte", krav=krav_id)


def sign(work: Work, prosedyre: Prosedyre, answers: Sequence[int | None] = ()) -> Lesekvittering:
    """Read and understood: one tap, and the right answers where there are questions. Twice is once.

    Also somebody who is not asked may sign. Raises `NotFound` when nothing is valid, `Refused` when an answer is wrong.
    """
    valid = access.valid_version(work.db, prosedyre.id)
    if valid is None:
        raise NotFound
    known = lesing.my_receipt(work, prosedyre.id, valid.major)
    if known is not None:
        return known
    asked = questions(work.db, valid.id)
    wrong = [row.rekkje for place, row in enumerate(asked) if place >= len(answers) or answers[place] != row.rett]
    if wrong:
        raise Refused(
            _("Svar på spørsmål %(nr)s er ikkje rett. Sjå i teksten, og prøv igjen.", nr=", ".join(str(nr) for nr in wrong)),
            f"svar-{wrong[0]}",
        )
    receipt = Lesekvittering(prosedyre_id=prosedyre.id, versjon_id=valid.id, major=valid.major, person_id=work.me.id, tid=work.now)
    work.db.add(receipt)
    work.db.flush()
    log.record(work, "prosedyre", prosedyre.id, "lesing:kvittert", versjon=valid.id)
    return receipt


def cosign(work: Work, receipt_id: int) -> Lesekvittering:
    """Her leader signs too, where the requirement asks for it. Raises `NotFound` when it is not hers to sign."""
    receipt = work.db.get(Lesekvittering, receipt_id)
    if receipt is None or receipt.person_id == work.me.id:
        raise NotFound
    there = select(PersonEining.eining_id).where(PersonEining.person_id == receipt.person_id)
    if not any(work.has(Right.PROSEDYRE_GODKJENN, eining_id) for eining_id in work.db.scalars(there)):
        raise NotFound
    if receipt.medsignert is None:
        receipt.medsignert, receipt.medsignert_av_id = work.now, work.me.id
        work.db.flush()
        log.record(work, "prosedyre", receipt.prosedyre_id, "lesing:medsignert", kvittering=receipt.id)
    return receipt


def set_questions(work: Work, versjon: ProsedyreVersjon, rows: Sequence[tuple[str, Sequence[str], int]]) -> None:
    """The control questions of a draft: question, alternatives, and which is right (from 0). At most five."""
    prosedyre = work.db.get_one(Prosedyre, versjon.prosedyre_id)
    if versjon.tilstand != Tilstand.KLADD or not access.may_write(work, prosedyre):
        raise NotFound
    if len(rows) > rules.SPORSMAL_MAX:
        raise Refused(_("Høgst fem kontrollspørsmål."), "sporsmal")
    work.db.execute(delete(Kontrollsporsmal).where(Kontrollsporsmal.versjon_id == versjon.id))
    for place, (question, options, right) in enumerate(rows, start=1):
        kept = [cleaned(work, option, "sporsmal", max_len=rules.TITTEL_MAX, multiline=False) for option in options]
        if not 2 <= len(kept) <= 5 or not 0 <= right < len(kept):
            raise Refused(_("Kvart spørsmål treng to til fem svar, og eitt av dei er rett."), "sporsmal")
        work.db.add(
            Kontrollsporsmal(
                versjon_id=versjon.id,
                rekkje=place,
                sporsmal=cleaned(work, question, "sporsmal", max_len=rules.TITTEL_MAX, multiline=False),
                svar="\n".join(kept),
                rett=right,
            )
        )
    work.db.flush()

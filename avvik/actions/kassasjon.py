"""Disposal: the clock proposes, a person looks over and approves, then texts, names and files go and the sums stay."""

from collections.abc import Sequence

from sqlalchemy import delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as _postgres_insert
from sqlalchemy.dialects.sqlite import insert as _sqlite_insert

from avvik.models import (
    Avvik,
    AvvikArsak,
    AvvikHending,
    AvvikInhabil,
    AvvikKladd,
    AvvikLenkje,
    AvvikMeldarLoynd,
    AvvikMeldeplikt,
    AvvikNokkel,
    AvvikOrd,
    AvvikRos,
    AvvikTillegg,
    AvvikTiltak,
    AvvikUtfall,
)
from avvik.models_kassasjon import AvvikKassasjon
from avvik.queries.kassasjon import Liste, due_now, letters_due, proposal, read_list
from avvik.queries.prosedyre import OPPHAV
from kjerne import files, log
from kjerne.errors import Conflict, Refused
from kjerne.gloyming import forget_pages
from kjerne.i18n import gettext as _
from kjerne.models import Epost, Fil
from kjerne.work import Work
from prosedyrar import sladd as requests
from tiltak import sladd as measures

#: The group of cases that are disposed of. Nobody is in it, so they are seen nowhere; sums do not ask for it.
GROUP = "kassert"
#: What belongs to a case and goes with it.
PARTS = (
    AvvikHending,
    AvvikArsak,
    AvvikUtfall,
    AvvikMeldeplikt,
    AvvikTillegg,
    AvvikMeldarLoynd,
    AvvikInhabil,
    AvvikOrd,
    AvvikNokkel,
    AvvikRos,
)


def propose(work: Work) -> int:
    """Put ended cases past their retention on the list, each once; take off what has opened again. Deletes no case."""
    due = due_now(work)
    past = or_(*due.values()) if due else literal(value=False)
    gone = delete(AvvikKassasjon).where(
        AvvikKassasjon.status == "foreslege", AvvikKassasjon.avvik_id.not_in(select(Avvik.id).where(past))
    )
    work.db.execute(gone.execution_options(synchronize_session=False))
    make = _postgres_insert if work.db.get_bind().dialect.name == "postgresql" else _sqlite_insert
    before = _proposed(work)
    for kode, condition in due.items():
        known = select(AvvikKassasjon.avvik_id).where(AvvikKassasjon.avvik_id == Avvik.id).exists()
        rows = select(Avvik.id, literal(kode), literal(work.now, AvvikKassasjon.foreslege.type), literal("foreslege"), literal(""))
        wanted = rows.where(condition, ~known)
        columns = ["avvik_id", "regel", "foreslege", "status", "grunn"]
        work.db.execute(make(AvvikKassasjon).from_select(columns, wanted).on_conflict_do_nothing())
    return _proposed(work) - before


def _proposed(work: Work) -> int:
    return work.db.scalar(select(func.count()).select_from(AvvikKassasjon)) or 0


def hold_back(work: Work, nr: str, reason: str) -> None:
    """Take a case off the list, with a reason; it stays until somebody puts it back."""
    row = proposal(work, nr, "foreslege")
    if not reason.strip():
        raise Refused(_("Skriv kvifor saka ikkje skal kasserast no."), "grunn")
    row.status, row.grunn, row.avgjort_tid, row.avgjort_av_id = "halde", reason, work.now, work.me.id
    log.record(work, "avvik", row.avvik_id, "avvik:kassasjon-halde", grunn=log.digest(reason))


def put_back(work: Work, nr: str) -> None:
    """Put a case on the list again."""
    row = proposal(work, nr, "halde")
    row.status, row.grunn, row.avgjort_tid, row.avgjort_av_id = "foreslege", "", None, None
    log.record(work, "avvik", row.avvik_id, "avvik:kassasjon-med")


def approve(work: Work, seen: str) -> Liste:
    """Dispose of exactly the list that was looked over; another list by now is a `Conflict`. Answers what went.

    The proposals are locked first: of two who approve the same list at once, the second finds another one.
    """
    found = read_list(work)
    locked = work.db.scalars(
        select(AvvikKassasjon)
        .where(AvvikKassasjon.avvik_id.in_(found.ids), AvvikKassasjon.status == "foreslege")
        .order_by(AvvikKassasjon.avvik_id)
        .with_for_update()
    ).all()
    ids = [row.avvik_id for row in locked]
    still = due_now(work)
    due = set(work.db.scalars(select(Avvik.id).where(Avvik.id.in_(ids), or_(*still.values())))) if still and ids else set()
    if seen != found.sett or ids != list(found.ids) or due != set(ids):
        raise Conflict(_("Lista er endra etter at du såg henne. Sjå over på nytt. Ingenting er kassert."))
    if ids:
        _dispose(work, ids)
    for row in locked:
        row.status, row.avgjort_tid, row.avgjort_av_id = "kassert", work.now, work.person.id if work.person else None
        log.record(work, "avvik", row.avvik_id, "avvik:kassert", regel=row.regel)
    letters = letters_due(work)
    if letters is not None and found.brev:
        work.db.execute(delete(Epost).where(letters).execution_options(synchronize_session=False))
        log.record(work, "kassasjon", "brev", "brev:kassert", tal=found.brev)
    work.db.flush()
    forget_pages(work.db)
    return found


def _dispose(work: Work, ids: Sequence[int]) -> None:
    """Take everything that tells of persons or holds text from these cases. Set by set: the cost does not grow with texts."""
    db = work.db
    for row in db.scalars(select(Fil).where(Fil.subjekt_type == "avvik", Fil.subjekt_id.in_(ids))).all():
        files.remove(work, row)
    keys = select(AvvikNokkel.nokkel).where(AvvikNokkel.avvik_id.in_(ids))
    db.execute(delete(AvvikKladd).where(AvvikKladd.nokkel.in_(keys)).execution_options(synchronize_session=False))
    for table in PARTS:
        db.execute(delete(table).where(table.avvik_id.in_(ids)).execution_options(synchronize_session=False))
    tied = or_(AvvikLenkje.fra_id.in_(ids), AvvikLenkje.til_id.in_(ids))
    db.execute(delete(AvvikLenkje).where(tied).execution_options(synchronize_session=False))
    db.execute(
        update(Avvik)
        .where(Avvik.id.in_(ids))
        .values(
            skildring="",
            strakstiltak="",
            arsak_meldar="",
            forslag="",
            sluttsvar="",
            meldar_id=None,
            sakshandsamar_id=None,
            sporingskode_hash=None,
            ventar_meldar=False,
            parorande_informert=None,
            sensitiv_gruppe=GROUP,
            version=Avvik.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    _measures(work, ids)
    requests.blank(db, OPPHAV, ids)


def _measures(work: Work, ids: Sequence[int]) -> None:
    """Measures that served these cases alone lose their texts too."""
    served = select(AvvikTiltak.tiltak_id).where(AvvikTiltak.avvik_id.in_(ids))
    kept = select(AvvikTiltak.tiltak_id).join(Avvik, Avvik.id == AvvikTiltak.avvik_id).where(Avvik.sensitiv_gruppe != GROUP)
    alone = work.db.scalars(served.where(AvvikTiltak.tiltak_id.not_in(kept)).distinct()).all()
    measures.blank(work.db, alone)


__all__ = ["GROUP", "approve", "hold_back", "propose", "put_back"]

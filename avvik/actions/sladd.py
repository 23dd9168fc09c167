"""Redaction: passages, whole texts, files and file names leave the case, its words, drafts and keys in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, select, update

from avvik import sok
from avvik.actions.history import note
from avvik.models import Avvik, AvvikKladd, AvvikNokkel
from avvik.queries.sladd import files_of, fingerprint, places
from kjerne import files, log, sladd
from kjerne.errors import Conflict, Refused
from kjerne.gloyming import forget_pages
from kjerne.i18n import gettext as _
from kjerne.models import Fil
from kjerne.sladd import MARK, Span, Stad
from kjerne.work import Work

#: A key whose body is redacted fits no body any more: the same form again is told that it was used before.
REDACTED_BODY = "sladda"


@dataclass(frozen=True)
class Endring:
    """One place that will change, and where in it."""

    stad: Stad
    bort: list[Span]

    @property
    def etter(self) -> str:
        """What will stand there."""
        text = sladd.without(self.stad.tekst, self.bort)
        if isinstance(self.stad.rad, Fil):
            suffix = Path(self.stad.tekst).suffix
            return text if text.endswith(suffix) else text + suffix
        return text


@dataclass(frozen=True)
class Plan:
    """What a redaction will do."""

    endringar: list[Endring]
    filer: list[Fil]

    @property
    def removed(self) -> list[str]:
        """The pieces that leave, and the checksums of the files."""
        gone = [text for one in self.endringar for text, goes in sladd.parts(one.stad.tekst, one.bort) if goes]
        return [*gone, *(row.sha256 for row in self.filer)]


def plan_redaction(work: Work, avvik: Avvik, words: Sequence[str], whole: Sequence[str]) -> Plan:
    """What would go: `words` wherever they stand in the case, and the places and files named in `whole`.

    Raises `Refused` when a passage stands nowhere, or when nothing would go.
    """
    found = places(work, avvik)
    patterns = sladd.patterns(words, [place.tekst for place in found])
    changes = []
    for place in found:
        gone = [(0, len(place.tekst))] if place.namn in whole else sladd.spans(place.tekst, patterns)
        if gone and place.tekst != MARK:
            changes.append(Endring(place, gone))
    rows = [row for row in files_of(work, avvik) if f"fil-{row.offentleg_id}" in whole]
    if not changes and not rows:
        raise Refused(_("Vel kva som skal bort: skriv orda, eller kryss av for heile teksten eller fila."), "ord")
    return Plan(changes, rows)


def need_reason(reason: str) -> None:
    """Raise `Refused` when nobody said why."""
    if not reason.strip():
        raise Refused(_("Skriv kvifor det skal sladdast. Grunngivinga står i historia til saka."), "grunngiving")


def redact(work: Work, avvik: Avvik, plan: Plan, reason: str, seen: str) -> None:
    """Do it. `seen`: the fingerprint of the case the preview showed; another is a `Conflict`.

    The log gets who, which places, and a keyed digest of what went; the reason stands in the case's history.
    """
    need_reason(reason)
    if seen != fingerprint(work, avvik):
        raise Conflict(_("Saka er endra etter at du såg henne. Sjå over på nytt før du sladdar. Ingenting er endra."))
    proof = sladd.digest(plan.removed, work.config.secret_key)
    gone = {row.id for row in plan.filer}
    for one in plan.endringar:
        if not (isinstance(one.stad.rad, Fil) and one.stad.rad.id in gone):
            one.stad.write(one.etter)
    for row in plan.filer:
        files.remove(work, row)
    _leave_no_copy(work, avvik)
    told = any(one.stad.synleg_meldar for one in plan.endringar) or bool(plan.filer)
    note(work, avvik, "sladd", til=str(len(plan.endringar) + len(plan.filer)), text=reason, to_reporter=told)
    where = ",".join([one.stad.namn for one in plan.endringar] + [f"fil-{row.id}" for row in plan.filer])
    log.record(work, "avvik", avvik.id, "avvik:sladd-tekst", felt=where[:400], fjerna=proof, grunn=log.digest(reason))
    work.db.flush()
    sok.index_case(work.db.connection(), avvik.id)
    forget_pages(work.db)


def _leave_no_copy(work: Work, avvik: Avvik) -> None:
    """Drafts and the digest of the form's body go too: both could give the text back."""
    keys = select(AvvikNokkel.nokkel).where(AvvikNokkel.avvik_id == avvik.id)
    work.db.execute(delete(AvvikKladd).where(AvvikKladd.nokkel.in_(keys)).execution_options(synchronize_session=False))
    work.db.execute(
        update(AvvikNokkel)
        .where(AvvikNokkel.avvik_id == avvik.id)
        .values(kropp_hash=REDACTED_BODY)
        .execution_options(synchronize_session=False)
    )
    work.db.flush()

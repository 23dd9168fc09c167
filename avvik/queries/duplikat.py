"""Reports that were joined with another case: which case is followed up, and which reports were joined with it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from avvik.models import Avvik
from avvik.rules import ENDED, STATUSNAMN, Status
from kjerne.work import Work


@dataclass(frozen=True)
class Samla:
    """The case a joined report is followed up in, as its reporter may know it: the number, and how far it has come.

    `open_for_her` is False when fewer may see that case than her own report (it was made sensitive later): then the number
    is all that is said. The closing answer is read where it stands, never copied: what is redacted there is gone here too.
    """

    sak: Avvik
    open_for_her: bool

    @property
    def nr(self) -> str:
        """The number people say."""
        return self.sak.nr

    @property
    def ferdig(self) -> datetime | None:
        """When the case was ended."""
        return self.sak.lukka_tid if self.open_for_her and Status(self.sak.status) in ENDED else None

    @property
    def frist(self) -> date | None:
        """When the outcome is promised."""
        return self.sak.frist_lukking if self.open_for_her else None

    @property
    def status(self) -> str:
        """Where the case stands, in words; empty when that is not hers to know."""
        return str(STATUSNAMN[Status(self.sak.status)]) if self.open_for_her else ""

    @property
    def svar(self) -> str:
        """The closing answer, when the case is closed."""
        return self.sak.sluttsvar if self.ferdig and self.sak.status == Status.LUKKA else ""


def kept_case(work: Work, avvik: Avvik) -> Avvik:
    """The case that is followed up, when this one told about the same event."""
    seen: set[int] = set()
    while avvik.duplikat_av_id is not None and avvik.id not in seen:
        seen.add(avvik.id)
        avvik = work.db.get_one(Avvik, avvik.duplikat_av_id)
    return avvik


def joined_into(work: Work, avvik: Avvik) -> Samla | None:
    """What a report was joined with, as its reporter may know it. None when it stands by itself."""
    if avvik.duplikat_av_id is None:
        return None
    kept = kept_case(work, avvik)
    return Samla(kept, kept.sensitiv_gruppe == avvik.sensitiv_gruppe and kept.er_varsel == avvik.er_varsel)


def joined_with(work: Work, kept: Avvik) -> list[Avvik]:
    """The reports that were joined with this case, also through one another; only those that the same people may see."""
    found: dict[int, Avvik] = {}
    wanted = {kept.id}
    while wanted:
        rows = work.db.scalars(select(Avvik).where(Avvik.duplikat_av_id.in_(wanted)).order_by(Avvik.id)).all()
        wanted = {row.id for row in rows} - found.keys()
        found.update((row.id, row) for row in rows)
    return [row for row in found.values() if row.sensitiv_gruppe == kept.sensitiv_gruppe and row.er_varsel == kept.er_varsel]

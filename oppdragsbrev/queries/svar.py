"""A unit's letter: its points with their answers, evidence, files, links, deliveries and questions. A fixed number of queries."""

from dataclasses import dataclass, field

from sqlalchemy import select

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.models import Eining, Fil
from kjerne.work import Work
from oppdragsbrev.models import (
    Brevkule,
    Brevlenkje,
    Brevlevering,
    Brevmelding,
    Brevmottak,
    Brevpunkt,
    Brevsvar,
    Oppdragsbrev,
    Punktmottak,
)
from oppdragsbrev.queries import bevis, matrise
from oppdragsbrev.queries import brev as letters
from oppdragsbrev.queries.bevis import Funn
from oppdragsbrev.rules import TO_DELIVER, Brevtilstand, Punkttilstand, Svarstatus

FILES = "brevsvar"


@dataclass(frozen=True)
class Syn:
    """How she sees a unit's letter. `kuler`: only these answers are hers to see (None: all)."""

    brev: Oppdragsbrev
    mottak: Brevmottak
    eining: Eining
    sjef: bool
    svarar: bool
    kuler: frozenset[int] | None

    @property
    def open(self) -> bool:
        """Whether the letter is in force: what has ended is only read."""
        return self.brev.status == Brevtilstand.SENDT

    def may_answer(self, svar: Brevsvar, del_: Punktmottak) -> bool:
        """Whether she may write this answer now: the unit's leader, or whom it was given to, until the point is delivered."""
        hers = self.svarar or (self.kuler is not None and svar.id in self.kuler)
        return self.open and hers and del_.status in TO_DELIVER


@dataclass
class Kulesvar:
    """A bullet with the unit's answer and what stands beside it. `fjor`: last year's answer to the same bullet."""

    kule: Brevkule
    svar: Brevsvar
    kan: bool
    funn: list[Funn] = field(default_factory=list)
    filer: list[Fil] = field(default_factory=list)
    lenkjer: list[Brevlenkje] = field(default_factory=list)
    fjor: Brevsvar | None = None


@dataclass
class Punktsvar:
    """A point in a unit: deadline, state, bullets, deliveries, questions."""

    punkt: Brevpunkt
    del_: Punktmottak
    kuler: list[Kulesvar]
    leveringar: list[Brevlevering] = field(default_factory=list)
    meldingar: list[Brevmelding] = field(default_factory=list)

    @property
    def manglar(self) -> int:
        """Bullets that are not answered: not begun, or without a word."""
        return sum(not answered(one.svar) for one in self.kuler)

    @property
    def skal_leverast(self) -> bool:
        """Whether the unit still has to deliver it."""
        return self.del_.status in TO_DELIVER

    @property
    def levert(self) -> bool:
        """Whether it waits for the director."""
        return self.del_.status == Punkttilstand.LEVERT

    @property
    def godteken(self) -> bool:
        """Whether the director has accepted it."""
        return self.del_.status == Punkttilstand.GODTEKEN

    @property
    def sett(self) -> int:
        """A stamp that grows with every change of an answer: what is delivered is what was seen."""
        return sum(one.svar.version for one in self.kuler)


def answered(svar: Brevsvar) -> bool:
    """A bullet is answered when it is begun and something is said."""
    return svar.status != Svarstatus.IKKJE_STARTA and bool(svar.tekst)


def get_syn(work: Work, brev_id: int, kode: str) -> Syn:
    """A unit's letter as she may see it, else `NotFound`."""
    brev = letters.get_brev(work, brev_id)
    row = work.db.execute(
        select(Brevmottak, Eining)
        .join(Eining, Eining.id == Brevmottak.eining_id)
        .where(Brevmottak.brev_id == brev.id, Eining.kode == kode, Brevmottak.sendt.is_not(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    mottak, eining = row
    sjef = letters.writes(work, brev)
    if sjef or work.has(Right.BREV_LES, eining.id):
        # who accepts the answers writes them only for a unit that has no nearer leader than her
        svarar = eining.id in matrise.answering_units(work) if sjef else work.has(Right.BREV_SVAR, eining.id)
        return Syn(brev, mottak, eining, sjef, svarar, None)
    given = work.db.scalars(letters.given_to_me(work).where(Punktmottak.mottak_id == mottak.id, Brevmottak.id == mottak.id)).all()
    if not given:
        raise NotFound
    return Syn(brev, mottak, eining, sjef=False, svarar=False, kuler=frozenset(given))


def get_svar(work: Work, brev_id: int, kode: str, svar_id: int) -> tuple[Syn, Punktmottak, Brevsvar]:
    """One answer she may see, with its point and letter; else `NotFound`."""
    syn = get_syn(work, brev_id, kode)
    row = work.db.execute(
        select(Punktmottak, Brevsvar)
        .join(Brevsvar, Brevsvar.punktmottak_id == Punktmottak.id)
        .where(Punktmottak.mottak_id == syn.mottak.id, Brevsvar.id == svar_id)
    ).one_or_none()
    if row is None or (syn.kuler is not None and svar_id not in syn.kuler):
        raise NotFound
    return syn, row[0], row[1]


def get_del(work: Work, brev_id: int, kode: str, del_id: int) -> tuple[Syn, Punktmottak]:
    """One point of a unit she sees whole, else `NotFound`."""
    syn = get_syn(work, brev_id, kode)
    row = work.db.scalars(select(Punktmottak).where(Punktmottak.id == del_id, Punktmottak.mottak_id == syn.mottak.id)).one_or_none()
    if row is None or syn.kuler is not None:
        raise NotFound
    return syn, row


def points(work: Work, syn: Syn) -> list[Punktsvar]:
    """The unit's points as she sees them; evidence only for those who read the unit's standing."""
    rows = work.db.execute(
        select(Punktmottak, Brevpunkt, Brevsvar, Brevkule)
        .join(Brevpunkt, Brevpunkt.id == Punktmottak.punkt_id)
        .join(Brevsvar, Brevsvar.punktmottak_id == Punktmottak.id)
        .join(Brevkule, Brevkule.id == Brevsvar.kule_id)
        .where(Punktmottak.mottak_id == syn.mottak.id, Brevpunkt.fjerna.is_(False), Brevkule.fjerna.is_(False))
        .order_by(Brevpunkt.nr, Brevpunkt.id, Brevkule.nr, Brevkule.id)
    )
    found: dict[int, Punktsvar] = {}
    for del_, punkt, svar, kule in rows:
        if syn.kuler is not None and svar.id not in syn.kuler:
            continue
        place = found.setdefault(del_.id, Punktsvar(punkt, del_, []))
        place.kuler.append(Kulesvar(kule, svar, syn.may_answer(svar, del_)))
    made = list(found.values())
    _add_beside(work, made)
    if syn.kuler is None:
        _add_whole(work, syn, made)
    return made


def _add_beside(work: Work, made: list[Punktsvar]) -> None:
    """Files and links of the answers."""
    by_id = {one.svar.id: one for point in made for one in point.kuler}
    for file in work.db.scalars(select(Fil).where(Fil.subjekt_type == FILES, Fil.subjekt_id.in_(by_id)).order_by(Fil.id)):
        by_id[file.subjekt_id].filer.append(file)
    for link in work.db.scalars(select(Brevlenkje).where(Brevlenkje.svar_id.in_(by_id)).order_by(Brevlenkje.id)):
        by_id[link.svar_id].lenkjer.append(link)


def _add_whole(work: Work, syn: Syn, made: list[Punktsvar]) -> None:
    """What those see who see the whole: evidence, deliveries, questions, last year's answers."""
    ids = {point.del_.id: point for point in made}
    for row in work.db.scalars(select(Brevlevering).where(Brevlevering.punktmottak_id.in_(ids)).order_by(Brevlevering.nr.desc())):
        ids[row.punktmottak_id].leveringar.append(row)
    for said in work.db.scalars(select(Brevmelding).where(Brevmelding.punktmottak_id.in_(ids)).order_by(Brevmelding.id)):
        ids[said.punktmottak_id].meldingar.append(said)
    found: dict[str, Funn] = {}
    if work.has(Right.BREV_LES, syn.eining.id):
        found = {one.bevis.kode: one for one in bevis.find(work, [syn.eining])[syn.eining.id]}
    before = last_year(work, syn)
    for point in made:
        for one in point.kuler:
            one.funn = [found[kode] for kode in one.kule.bevis.split(",") if kode in found]
            one.fjor = before.get(one.kule.fra_id or 0)


def last_year(work: Work, syn: Syn) -> dict[int, Brevsvar]:
    """The unit's answers to the letter this one was made from, by bullet."""
    if syn.brev.forrige_id is None:
        return {}
    rows = work.db.scalars(
        select(Brevsvar)
        .join(Punktmottak, Punktmottak.id == Brevsvar.punktmottak_id)
        .join(Brevmottak, Brevmottak.id == Punktmottak.mottak_id)
        .where(Brevmottak.brev_id == syn.brev.forrige_id, Brevmottak.eining_id == syn.eining.id)
    )
    return {row.kule_id: row for row in rows}


def files_of(work: Work, svar: Brevsvar) -> list[Fil]:
    """The files of one answer, oldest first."""
    return list(work.db.scalars(select(Fil).where(Fil.subjekt_type == FILES, Fil.subjekt_id == svar.id).order_by(Fil.id)))


def bullets_of(work: Work, del_: Punktmottak) -> list[tuple[Brevsvar, Brevkule]]:
    """The answers of a point with their bullets, in order."""
    rows = work.db.execute(
        select(Brevsvar, Brevkule)
        .join(Brevkule, Brevkule.id == Brevsvar.kule_id)
        .where(Brevsvar.punktmottak_id == del_.id, Brevkule.fjerna.is_(False))
        .order_by(Brevkule.nr, Brevkule.id)
    )
    return [(svar, kule) for svar, kule in rows]


def open_delivery(work: Work, del_: Punktmottak) -> Brevlevering | None:
    """The newest delivery of a point."""
    return work.db.scalars(
        select(Brevlevering).where(Brevlevering.punktmottak_id == del_.id).order_by(Brevlevering.nr.desc()).limit(1)
    ).first()

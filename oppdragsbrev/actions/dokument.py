"""The text of a template or a letter: saved whole, in one language at a time. What was sent is kept as an edition."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm.exc import StaleDataError

from kjerne.access import Right
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.log import record
from kjerne.work import Work
from oppdragsbrev import letters as mail
from oppdragsbrev.actions.brev import fill_rows, keep_edition
from oppdragsbrev.actions.spor import note
from oppdragsbrev.models import Brevkule, Brevmal, Brevpunkt, Oppdragsbrev
from oppdragsbrev.queries import brev as letters
from oppdragsbrev.queries.brev import Punktkuler
from oppdragsbrev.rules import Brevtilstand, in_order, said


@dataclass(frozen=True)
class Kuletekst:
    """A bullet as it was typed. `plass`: where in its point it was put, 0 when the form does not say."""

    tekst: str
    bevis: tuple[str, ...] = ()
    bort: bool = False
    plass: int = 0


@dataclass(frozen=True)
class Punkttekst:
    """A point as it was typed; `nye` are bullets to add, `plass` where in the document it was put (0: not said)."""

    tekst: str
    bort: bool = False
    nye: tuple[str, ...] = ()
    plass: int = 0


@dataclass(frozen=True)
class Dokument:
    """All that one form says. `nytt`: the heading of a point to add, `nytt_punkt` the lights it belongs to."""

    tittel: str
    innleiing: str
    sprak: str
    punkt: Mapping[int, Punkttekst] = field(default_factory=dict)
    kuler: Mapping[int, Kuletekst] = field(default_factory=dict)
    nytt: str = ""
    nytt_punkt: int | None = None

    def whole(self) -> str:
        """As one text, to show beside another's."""
        parts = [
            self.tittel,
            self.innleiing,
            *(one.tekst for one in self.punkt.values()),
            *(one.tekst for one in self.kuler.values()),
        ]
        return "\n".join(part for part in parts if part)


def _theirs(title: str, owner: Brevmal | Oppdragsbrev, points: list[Punktkuler], sprak: str) -> str:
    parts = [title, said(owner, sprak), *(said(one.punkt, sprak) for one in points)]
    parts += [said(kule, sprak) for one in points for kule in one.kuler]
    return "\n".join(part for part in parts if part)


def _drop(work: Work, row: Brevpunkt | Brevkule, *, keep: bool) -> None:
    """Take out; what units have answered is kept and no longer shown."""
    if keep:
        row.fjerna = True
    else:
        work.db.delete(row)


def _apply(work: Work, owner: Brevmal | Oppdragsbrev, points: list[Punktkuler], doc: Dokument, *, keep: bool) -> None:
    setattr(owner, doc.sprak, doc.innleiing)
    left = [one for one in points if (typed := doc.punkt.get(one.punkt.id)) is None or not _point(work, one, typed, doc, keep=keep)]
    if not keep:  # history and mail of a sent letter name its points by number: they keep theirs
        wanted = [typed.plass if (typed := doc.punkt.get(one.punkt.id)) else 0 for one in left]
        for nr, one in enumerate(in_order(left, wanted), start=1):
            one.punkt.nr = nr
    if doc.nytt:
        last = max((one.punkt.nr for one in (points if keep else left)), default=0)
        ids = {"mal_id": owner.id} if isinstance(owner, Brevmal) else {"brev_id": owner.id}
        work.db.add(Brevpunkt(nr=last + 1, punkt=doc.nytt_punkt, **{doc.sprak: doc.nytt}, **ids))
    work.db.flush()


def _point(work: Work, one: Punktkuler, typed: Punkttekst, doc: Dokument, *, keep: bool) -> bool:
    """Write a point with its bullets. Answers whether it was taken out. Raises `Refused` when it has no heading."""
    left, wanted = [], []
    for kule in one.kuler:
        line = doc.kuler.get(kule.id)
        if typed.bort or (line is not None and (line.bort or not line.tekst)):
            _drop(work, kule, keep=keep)
            continue
        if line is not None:
            setattr(kule, doc.sprak, line.tekst)
            kule.bevis = ",".join(line.bevis)
        left.append(kule)
        wanted.append(line.plass if line else 0)
    work.db.flush()
    if typed.bort:
        _drop(work, one.punkt, keep=keep)
        return True
    if not typed.tekst:
        raise Refused(_("Skriv ei overskrift for kvart punkt, eller ta punktet bort."), f"p{one.punkt.id}")
    setattr(one.punkt, doc.sprak, typed.tekst)
    for nr, kule in enumerate(in_order(left, wanted), start=1):
        kule.nr = nr
    first = len(left) + 1
    work.db.add_all(Brevkule(punkt_id=one.punkt.id, nr=nr, **{doc.sprak: text}) for nr, text in enumerate(typed.nye, start=first))
    return False


def save_template(work: Work, mal: Brevmal, doc: Dokument, *, version: int) -> None:
    """Save a template's text. Raises `Conflict` with both texts when another was first."""
    if not work.has(Right.BREV_SKRIV):
        raise NotFound
    points = letters.points_of(work, mal)
    theirs = _theirs(mal.namn, mal, points, doc.sprak)
    _demand_first(work, mal, version, doc, theirs)
    mal.namn = doc.tittel
    _apply(work, mal, points, doc, keep=False)
    record(work, "brevmal", mal.id, "brevmal:endra", sprak=doc.sprak)


def save_letter(work: Work, brev: Oppdragsbrev, doc: Dokument, *, version: int) -> None:
    """Save a letter's text. A letter that was sent gets a new edition, and its units are told; the former stands as it was."""
    if not letters.writes(work, brev) or brev.status == Brevtilstand.AVSLUTTA:
        raise NotFound
    points = letters.points_of(work, brev)
    theirs = _theirs(brev.tittel, brev, points, doc.sprak)
    _demand_first(work, brev, version, doc, theirs)
    brev.tittel = doc.tittel
    sent = brev.status == Brevtilstand.SENDT
    before = {key for key, _row in letters.own_deadlines(work, brev).items()}
    if not sent:
        _drop_own_deadlines(work, brev, doc)
    _apply(work, brev, points, doc, keep=sent)
    if not sent:
        note(work, brev, "tekst")
        return
    left = letters.points_of(work, brev)
    new = [one.punkt for one in left if one.punkt.frist is None]
    for point in new:
        point.frist = max((one.punkt.frist for one in left if one.punkt.frist), default=None)
        if point.frist is None or point.frist < work.today:
            raise Refused(_("Alle fristane i brevet er ute. Set nye fristar før du legg til eit punkt."), "nytt")
    fill_rows(work, brev)
    keep_edition(work, brev)
    note(work, brev, "utgave", utgave=brev.utgave, nye=len(letters.own_deadlines(work, brev)) - len(before))
    for mottak, eining in letters.receivers(work, brev):
        if mottak.sendt:
            mail.amended(work, brev, eining)


def _drop_own_deadlines(work: Work, brev: Oppdragsbrev, doc: Dokument) -> None:
    """In a draft a point that goes takes the units' own deadlines for it along."""
    gone = {punkt_id for punkt_id, typed in doc.punkt.items() if typed.bort}
    for (_mottak, punkt_id), row in letters.own_deadlines(work, brev).items():
        if punkt_id in gone:
            work.db.delete(row)
    work.db.flush()


def _demand_first(work: Work, row: Brevmal | Oppdragsbrev, version: int, doc: Dokument, theirs: str) -> None:
    message = _("Teksten blei endra av ein annan medan du skreiv.")
    if version != row.version:
        raise Conflict(message, mine=doc.whole(), theirs=theirs)
    row.version = version + 1  # a change of a point alone is a change of the whole
    try:
        work.db.flush()
    except StaleDataError as error:
        raise Conflict(message, mine=doc.whole(), theirs=theirs) from error

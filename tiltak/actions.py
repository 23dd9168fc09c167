"""What can be done with measures: make, start, done, accept or return, postpone, cancel, judge. All writing happens here.

Who may do a step is asked of `rules.STEPS`; whoever calls has fetched the measure, and so may see it.
"""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from kjerne import identitet, log, text
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.models import Eining, Person
from kjerne.work import Work
from tiltak import letters, queries, rules
from tiltak.events import EffektVurdert, TiltakAvlyst, TiltakUtfort
from tiltak.models import Tiltak, TiltakHending, TiltakOpphav
from tiltak.rules import Effekt, Status, Steg, Step


def _clean(work: Work, value: str, field: str, *, max_len: int = rules.TEKST_MAX, required: bool = True) -> str:
    """The text as it is kept. Raises `Refused` when empty or holding an identity number, whoever calls."""
    kept = text.clean(value, max_len=max_len, multiline=max_len > rules.TITTEL_MAX)
    if required and not kept:
        raise Refused(_("Skriv noko her."), field)
    found = identitet.blocks(identitet.find(kept, today=work.today))
    if found:
        raise Refused(identitet.message(found[0]), field)
    return kept


def _deadline(work: Work, frist: date) -> date:
    if not work.today <= frist <= work.today + rules.FRIST_MAX:
        raise Refused(_("Vel ein frist som er i dag eller seinare, og innan fem år."), "frist")
    return frist


def _note(work: Work, tiltak: Tiltak, slag: str, *, fra: str = "", til: str = "", tekst: str = "") -> None:
    """One line of history and one of the log, in this transaction. The log gets the text's digest only."""
    work.db.add(
        TiltakHending(
            tiltak_id=tiltak.id,
            tid=work.now,
            person_id=work.person.id if work.person else None,
            slag=slag,
            fra=fra,
            til=til,
            tekst=tekst,
        )
    )
    digest = log.digest(tekst) if tekst else None
    log.record(work, "tiltak", tiltak.id, f"tiltak:{slag}", fra=fra or None, til=til or None, tekst=digest)


def _flush(work: Work, mine: str) -> None:
    """Write; when somebody changed the row in between, say so with what she typed."""
    try:
        work.db.flush()
    except StaleDataError as error:
        raise Conflict(_("Tiltaket blei endra av ein annan medan du skreiv."), mine=mine) from error


def check_version(tiltak: Tiltak, version: int | None, *, mine: str, theirs: str) -> None:
    """Refuse a form drawn from an older row. Raises `Conflict` with both texts; None: the caller drew no form."""
    if version is not None and version != tiltak.version:
        raise Conflict(_("Tiltaket blei endra av ein annan medan du skreiv."), mine=mine, theirs=theirs)


def create_tiltak(
    work: Work,
    *,
    tittel: str,
    skildring: str,
    ansvarleg: Person,
    eining_id: int,
    frist: date,
    type: str = "korrigerande",  # noqa: A002 - the column's name
    prioritet: int = 2,
    opphav: tuple[str, int, str, bool] | None = None,
    skjerma: bool = False,
) -> Tiltak:
    """Make a measure; its owner gets a letter. `opphav` is (kind, id, name, whether the name is drawn).

    The caller has asked whether the maker may make one here. Raises `Refused` for a bad text, deadline, kind or owner.
    """
    if work.db.get(Eining, eining_id) is None:
        raise Refused(_("Vel ei eining i lista."), "eining_id")
    if type not in set(rules.Type) or prioritet not in rules.PRIORITETAR:
        raise Refused(_("Vel type og prioritet i lista."), "type")
    tiltak = Tiltak(
        tittel=_clean(work, tittel, "tittel", max_len=rules.TITTEL_MAX),
        skildring=_clean(work, skildring, "skildring", required=False),
        type=type,
        ansvarleg_id=_owner(work, ansvarleg).id,
        eining_id=eining_id,
        prioritet=prioritet,
        frist=_deadline(work, frist),
        laga_av_id=work.me.id,
        laga=work.now,
        skjerma=skjerma,
    )
    work.db.add(tiltak)
    work.db.flush()
    _note(work, tiltak, "laga", til=Status.PLANLAGT)
    if opphav is not None:
        add_origin(work, tiltak, *opphav)
    letters.assigned(work, tiltak, ansvarleg)
    return tiltak


def _owner(work: Work, person: Person) -> Person:
    if not person.is_employed(work.today):
        raise Refused(_("Vel ein ansvarleg som er tilsett i dag."), "ansvarleg_id")
    return person


def edit(
    work: Work,
    tiltak: Tiltak,
    *,
    tittel: str,
    skildring: str,
    ansvarleg: Person,
    type: str,  # noqa: A002 - the column's name
    prioritet: int,
    version: int | None = None,
) -> None:
    """Change what it is and whose it is; a new owner gets a letter. Raises `Conflict` with both texts."""
    check_version(tiltak, version, mine=f"{tittel}\n\n{skildring}", theirs=f"{tiltak.tittel}\n\n{tiltak.skildring}")
    if not rules.may_edit(tiltak.status, queries.hats(work, tiltak)):
        raise NotFound
    if type not in set(rules.Type) or prioritet not in rules.PRIORITETAR:
        raise Refused(_("Vel type og prioritet i lista."), "type")
    new_owner = ansvarleg.id != tiltak.ansvarleg_id
    columns: dict[str, object] = {
        "tittel": _clean(work, tittel, "tittel", max_len=rules.TITTEL_MAX),
        "skildring": _clean(work, skildring, "skildring", required=False),
        "ansvarleg_id": _owner(work, ansvarleg).id if new_owner else ansvarleg.id,
        "type": type,
        "prioritet": prioritet,
    }
    if new_owner:
        columns["retur_grunn"] = ""
    for name, value in columns.items():
        setattr(tiltak, name, value)
    _flush(work, f"{tittel}\n\n{skildring}")
    _note(work, tiltak, "overfort" if new_owner else "endra")
    if new_owner:
        letters.assigned(work, tiltak, ansvarleg)


def add_origin(work: Work, tiltak: Tiltak, slag: str, ref_id: int, namn: str, synleg: bool) -> None:  # noqa: FBT001, PLR0917 - fixed
    """Let a measure serve one more case. Twice is once."""
    known = select(TiltakOpphav).where(
        TiltakOpphav.tiltak_id == tiltak.id, TiltakOpphav.slag == slag, TiltakOpphav.ref_id == ref_id
    )
    row = work.db.scalars(known).one_or_none()
    if row is not None:
        row.synleg = synleg
        return
    work.db.add(TiltakOpphav(tiltak_id=tiltak.id, slag=slag, ref_id=ref_id, namn=namn, synleg=synleg))
    work.db.flush()
    log.record(work, "tiltak", tiltak.id, "tiltak:opphav", slag=slag, ref=ref_id, synleg=synleg)


def shield(work: Work, tiltak: Tiltak, *, follower: Person | None = None) -> None:
    """Hide a measure whose case became one that few may see, its origins too; `follower` takes over following it up.

    Give a follower when whoever made it may no longer see the case.
    """
    tiltak.skjerma = True
    if follower is not None:
        tiltak.laga_av_id = follower.id
    for origin in queries.origins(work.db, tiltak.id):
        origin.synleg = False
    work.db.flush()
    _note(work, tiltak, "skjerma")


def _take(work: Work, tiltak: Tiltak, steg: Steg, version: int | None, mine: str = "") -> Step:
    """The step, if she may take it now. Raises `NotFound` when it is not hers, `Conflict` when the state has moved on."""
    step = rules.find_step(steg)
    check_version(tiltak, version, mine=mine, theirs=_latest(work, tiltak))
    if not step.who & queries.hats(work, tiltak):
        raise NotFound
    if tiltak.status not in step.source:
        raise Conflict(
            _("Dette kan ikkje gjerast no: tiltaket står som «%(status)s».", status=rules.STATUSNAMN[Status(tiltak.status)]),
            mine=mine,
            theirs=_latest(work, tiltak),
        )
    return step


def _latest(work: Work, tiltak: Tiltak) -> str:
    """What stands there now, for a person whose form was too old: the last text she may see, with the state."""
    state = str(rules.STATUSNAMN[Status(tiltak.status)])
    own = [line for line in queries.history(work.db, tiltak.id) if line.tekst]
    shown = own[-1].tekst if own and queries.sees_all(work, tiltak) else ""
    return f"{state}. {shown}".strip()


def _move(work: Work, tiltak: Tiltak, step: Step, tekst: str = "", **columns: object) -> None:
    """Set the state and the columns tied to it at once: a flush in between would break a CHECK."""
    before = tiltak.status
    for name, value in {**columns, "status": step.target.value}.items():
        setattr(tiltak, name, value)
    _flush(work, tekst)
    _note(work, tiltak, step.steg.value, fra=before, til=step.target, tekst=tekst)


def start(work: Work, tiltak: Tiltak, *, version: int | None = None) -> None:
    """The owner begins."""
    step = _take(work, tiltak, Steg.START, version)
    _move(work, tiltak, step, start=tiltak.start or work.today)


def mark_done(work: Work, tiltak: Tiltak, notat: str, *, version: int | None = None) -> None:
    """The owner says what she did. It waits for acceptance, or is done at once when she may accept her own (`rules.Hat`)."""
    direct = rules.Hat.SJOLV in queries.hats(work, tiltak)
    step = _take(work, tiltak, Steg.FULLFOR if direct else Steg.FERDIG, version, notat)
    kept = _clean(work, notat, "tekst")
    columns = {
        "ferdig_notat": kept,
        "ferdig_tid": work.now,
        "retur_grunn": "",
        "start": tiltak.start or work.today,
    }
    if direct:
        _settle(work, tiltak, step, kept, **columns)
    else:
        _move(work, tiltak, step, kept, **columns)
        letters.waits_for_acceptance(work, tiltak)


def _settle(work: Work, tiltak: Tiltak, step: Step, tekst: str = "", **columns: object) -> None:
    due = rules.effect_due(work.today, int(settings(work.db)["effekt_dagar"]))
    _move(work, tiltak, step, tekst, effekt_frist=due, **columns)
    work.announce(TiltakUtfort(tiltak.id))


def accept(work: Work, tiltak: Tiltak, *, version: int | None = None) -> None:
    """Whoever follows it up (never the owner) finds it done; the effect is to be judged after `effekt_dagar` days."""
    _settle(work, tiltak, _take(work, tiltak, Steg.GODKJENN, version))


def return_back(work: Work, tiltak: Tiltak, grunn: str, *, version: int | None = None) -> None:
    """Send it back to the owner with the reason, which she sees."""
    step = _take(work, tiltak, Steg.RETUR, version, grunn)
    kept = _clean(work, grunn, "tekst")
    _move(work, tiltak, step, kept, retur_grunn=kept, ferdig_tid=None)
    letters.returned(work, tiltak)


def postpone(work: Work, tiltak: Tiltak, grunn: str, frist: date, *, version: int | None = None) -> None:
    """A later deadline, with a reason; counted, so that a measure postponed again and again shows it."""
    step = _take(work, tiltak, Steg.UTSETT, version, grunn)
    kept = _clean(work, grunn, "tekst")
    if _deadline(work, frist) <= tiltak.frist:
        raise Refused(_("Den nye fristen må vere seinare enn den gamle."), "frist")
    _move(work, tiltak, step, kept, frist=frist, utsett_tal=tiltak.utsett_tal + 1)
    letters.postponed(work, tiltak)


def cancel(work: Work, tiltak: Tiltak, grunn: str, *, version: int | None = None) -> None:
    """Call it off, with a reason."""
    step = _take(work, tiltak, Steg.AVLYS, version, grunn)
    kept = _clean(work, grunn, "tekst")
    _move(work, tiltak, step, kept, ferdig_tid=None)
    letters.cancelled(work, tiltak)
    work.announce(TiltakAvlyst(tiltak.id))


def evaluate(work: Work, tiltak: Tiltak, resultat: str, notat: str, *, version: int | None = None) -> None:
    """Judge whether it helped. Heimel: forskrift om leiing og kvalitetsforbetring § 8 c."""
    step = _take(work, tiltak, Steg.VURDER, version, notat)
    if resultat not in set(Effekt):
        raise Refused(_("Vel om tiltaket verka."), "resultat")
    kept = _clean(work, notat, "tekst")
    _move(work, tiltak, step, kept, effekt_resultat=resultat, effekt_notat=kept, effekt_tid=work.now)
    work.announce(EffektVurdert(tiltak.id, good=resultat != Effekt.DARLEG))


def is_settled(tiltak: Tiltak) -> bool:
    """Whether nobody waits for it any more: done, judged or called off."""
    return tiltak.status in rules.SETTLED

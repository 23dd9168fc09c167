"""The steps of a measure: start, done, accept or return, postpone, cancel, judge.

Who may do a step is asked of `rules.STEPS`; whoever calls has fetched the measure, and so may see it.
"""

from datetime import date

from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.work import Work
from tiltak import letters, queries, rules
from tiltak.actions.skriving import arrange, check_version, clean, deadline, flush, note
from tiltak.events import EffektVurdert, TiltakAvlyst, TiltakUtfort
from tiltak.models import Tiltak
from tiltak.rules import Effekt, Steg, Step


def _take(work: Work, tiltak: Tiltak, steg: Steg, version: int | None, mine: str = "") -> Step:
    """The step, if she may take it now. Raises `NotFound` when it is not hers, `Conflict` when the state has moved on."""
    step = rules.find_step(steg)
    check_version(tiltak, version, mine=mine, theirs=_latest(work, tiltak))
    if not step.who & queries.hats(work, tiltak):
        raise NotFound
    if tiltak.status not in step.source:
        raise Conflict(
            _("Dette kan ikkje gjerast no: tiltaket står som «%(status)s».", status=rules.STATUSNAMN[rules.Status(tiltak.status)]),
            mine=mine,
            theirs=_latest(work, tiltak),
        )
    return step


def _latest(work: Work, tiltak: Tiltak) -> str:
    """What stands there now, for a person whose form was too old: the last text she may see, with the state."""
    state = str(rules.STATUSNAMN[rules.Status(tiltak.status)])
    own = [line for line in queries.history(work.db, tiltak.id) if line.tekst]
    shown = own[-1].tekst if own and queries.sees_all(work, tiltak) else ""
    return f"{state}. {shown}".strip()


def _move(work: Work, tiltak: Tiltak, step: Step, tekst: str = "", **columns: object) -> None:
    """Set the state and the columns tied to it at once: a flush in between would break a CHECK."""
    before = tiltak.status
    for name, value in {**columns, "status": step.target.value}.items():
        setattr(tiltak, name, value)
    arrange(tiltak)
    flush(work, tekst)
    note(work, tiltak, step.steg.value, fra=before, til=step.target, tekst=tekst)


def start(work: Work, tiltak: Tiltak, *, version: int | None = None) -> None:
    """The owner begins."""
    step = _take(work, tiltak, Steg.START, version)
    _move(work, tiltak, step, start=tiltak.start or work.today)


def mark_done(work: Work, tiltak: Tiltak, notat: str, *, version: int | None = None) -> None:
    """The owner says what she did. It waits for acceptance, or is done at once when she may accept her own (`rules.Hat`)."""
    direct = rules.Hat.SJOLV in queries.hats(work, tiltak)
    step = _take(work, tiltak, Steg.FULLFOR if direct else Steg.FERDIG, version, notat)
    kept = clean(work, notat, "tekst")
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
    kept = clean(work, grunn, "tekst")
    _move(work, tiltak, step, kept, retur_grunn=kept, ferdig_tid=None)
    letters.returned(work, tiltak)


def postpone(work: Work, tiltak: Tiltak, grunn: str, frist: date, *, version: int | None = None) -> None:
    """A later deadline, with a reason; counted, so that a measure postponed again and again shows it."""
    step = _take(work, tiltak, Steg.UTSETT, version, grunn)
    kept = clean(work, grunn, "tekst")
    if deadline(work, frist) <= tiltak.frist:
        raise Refused(_("Den nye fristen må vere seinare enn den gamle."), "frist")
    _move(work, tiltak, step, kept, frist=frist, utsett_tal=tiltak.utsett_tal + 1)
    letters.postponed(work, tiltak)


def cancel(work: Work, tiltak: Tiltak, grunn: str, *, version: int | None = None) -> None:
    """Call it off, with a reason."""
    step = _take(work, tiltak, Steg.AVLYS, version, grunn)
    kept = clean(work, grunn, "tekst")
    _move(work, tiltak, step, kept, ferdig_tid=None)
    letters.cancelled(work, tiltak)
    work.announce(TiltakAvlyst(tiltak.id))


def evaluate(work: Work, tiltak: Tiltak, resultat: str, notat: str, *, version: int | None = None) -> None:
    """Judge whether it helped. Heimel: forskrift om leiing og kvalitetsforbetring § 8 c."""
    step = _take(work, tiltak, Steg.VURDER, version, notat)
    if resultat not in set(Effekt):
        raise Refused(_("Vel om tiltaket verka."), "resultat")
    kept = clean(work, notat, "tekst")
    _move(work, tiltak, step, kept, effekt_resultat=resultat, effekt_notat=kept, effekt_tid=work.now)
    work.announce(EffektVurdert(tiltak.id, good=resultat != Effekt.DARLEG))


def is_settled(tiltak: Tiltak) -> bool:
    """Whether nobody waits for it any more: done, judged or called off."""
    return tiltak.status in rules.SETTLED

"""Duties to notify authorities (domene 2.2): a checklist with running clocks. The system never sends anything itself."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Select, bindparam, insert, select

from avvik.actions.history import demand, note
from avvik.models import Avvik, AvvikMeldeplikt, AvvikTillegg
from avvik.rules import Steg, duty_deadline
from kjerne import asked
from kjerne.clock import end_of_day, oslo_date
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.katalog import Meldeplikt, MeldepliktKopling, as_of, every, holds_on, versions
from kjerne.work import Work
from kjerne.written import write

SCHEMES = ("alvorleg_hending_a", "alvorleg_hending_b")
BREACH = "personvern_brot"
#: The extra field that says whether somebody was injured.
INJURY = "personskade"


def _injured(work: Work, avvik: Avvik) -> bool:
    row = work.db.get(AvvikTillegg, (avvik.id, INJURY))
    return row is not None and row.verdi == "ja"


def _had(_work: Work) -> Select[str]:
    return select(AvvikMeldeplikt.meldeplikt).where(AvvikMeldeplikt.avvik_id == bindparam("avvik"))


def brought_up(work: Work, underkategori: str, hovudtype: str, worst: int, injured: Callable[[], bool]) -> list[str]:
    """Codes of the duties that a sub-category, a main type and a severity bring up, in the table's order."""
    found: list[str] = []
    for row in every(work.db, MeldepliktKopling):
        fits = row.underkategori in {"", underkategori} and row.hovudtype in {"", hovudtype} and row.min_alvor <= worst
        if not fits or not holds_on(row, work.today) or (row.krev_personskade and not injured()):
            continue
        code = settings(work.db)["meldeordning"] if row.meldeplikt in SCHEMES else row.meldeplikt
        if code not in found:
            found.append(code)
    return found


def duties_of(work: Work, avvik: Avvik) -> list[str]:
    """Codes of the duties that a case brings up."""
    worst = max(avvik.alvor, avvik.alvor_mogleg or 0)
    return brought_up(work, avvik.underkategori, avvik.hovudtype, worst, lambda: _injured(work, avvik))


def open_duties_for(work: Work, avvik: Avvik, *, kjent: datetime | None = None) -> None:
    """Open the checklist's lines that the case has not got yet. Called when type or severity changes."""
    have = {row.meldeplikt for row in asked.rows(work, _had, avvik=avvik.id)}
    for code in duties_of(work, avvik):
        if code not in have:
            _add(work, avvik, code, kjent, manual=False)


_FIRST: Final = insert(AvvikMeldeplikt)


def open_first_duties(work: Work, connection: Connection, avvik_id: int, codes: Sequence[str], kjent: datetime | None) -> None:
    """The checklist of a case that has just come in."""
    if codes:
        rows = [{"avvik_id": avvik_id, "meldeplikt": code, "manuell": False, **_clock(work, code, kjent)} for code in codes]
        write(connection, _FIRST, *rows)


def _clock(work: Work, code: str, kjent: datetime | None) -> dict[str, datetime | None]:
    """When the matter became known and by when the duty must be done: nothing before it is known."""
    rule = _rule(work, code, kjent)
    due = duty_deadline(kjent, rule.frist_timar, rule.frist_arbeidsdagar) if kjent is not None else None
    return {"kjent": kjent, "frist": due}


def _rule(work: Work, code: str, kjent: datetime | None) -> Meldeplikt:
    """The duty as it stood when the matter became known."""
    found = as_of(versions(work.db, Meldeplikt).get(code, []), oslo_date(kjent) if kjent else work.today)
    if found is None:
        raise NotFound
    return found


def _add(work: Work, avvik: Avvik, code: str, kjent: datetime | None, *, manual: bool) -> AvvikMeldeplikt:
    duty = AvvikMeldeplikt(avvik_id=avvik.id, meldeplikt=code, manuell=manual, **_clock(work, code, kjent))
    work.db.add(duty)
    work.db.flush()
    return duty


def open_duty(work: Work, avvik: Avvik, code: str) -> AvvikMeldeplikt:
    """Add a duty by hand."""
    demand(work, avvik, Steg.MELDEPLIKT)
    found = work.db.scalar(select(AvvikMeldeplikt).where(AvvikMeldeplikt.avvik_id == avvik.id, AvvikMeldeplikt.meldeplikt == code))
    if found is not None:
        return found
    duty = _add(work, avvik, code, None, manual=True)
    note(work, avvik, "meldeplikt_lagt_til", til=code, to_reporter=False)
    return duty


def get_duty(work: Work, avvik: Avvik, duty_id: int) -> AvvikMeldeplikt:
    """A duty of this very case; a duty of another case is `NotFound`."""
    duty = work.db.get(AvvikMeldeplikt, duty_id)
    if duty is None or duty.avvik_id != avvik.id:
        raise NotFound
    return duty


def set_known(work: Work, avvik: Avvik, duty_id: int, kjent: datetime) -> None:
    """Say when it became known: the legal clock runs from there (GDPR art. 33 nr. 1), not from the filing."""
    demand(work, avvik, Steg.MELDEPLIKT)
    duty = get_duty(work, avvik, duty_id)
    if kjent > work.now:
        raise Refused(_("Tidspunktet ligg fram i tid. Skriv når det blei kjent."), "kjent")
    clock = _clock(work, duty.meldeplikt, kjent)
    duty.kjent, duty.frist = clock["kjent"], clock["frist"]
    note(work, avvik, "meldeplikt_kjent", til=duty.meldeplikt, to_reporter=False)


def decide_duty(
    work: Work,
    avvik: Avvik,
    duty_id: int,
    *,
    notified: bool,
    how: str = "",
    reason: str = "",
    when: datetime | None = None,
) -> None:
    """Close a duty: notified (how and when), or not notified with a reason (GDPR art. 33 nr. 5 demands it documented)."""
    demand(work, avvik, Steg.MELDEPLIKT)
    duty = get_duty(work, avvik, duty_id)
    if not notified and not reason.strip():
        raise Refused(_("Skriv kvifor det ikkje skal meldast."), "grunngiving")
    if when is not None and when > work.now:
        raise Refused(_("Tidspunktet ligg fram i tid. Skriv når det blei meldt."), "meldt_tid")
    duty.status = "meldt" if notified else "ikkje_meldt"
    duty.avgjort_tid = when or work.now
    duty.avgjort_av_id = work.me.id
    duty.maate, duty.grunngiving = how, reason
    note(work, avvik, "meldeplikt_avgjort", fra=duty.meldeplikt, til=duty.status, text=reason or how, to_reporter=False)


def is_late(duty: AvvikMeldeplikt, avvik: Avvik, now: datetime) -> bool:
    """Whether an open duty has passed its limit; "at once" is late after the day the case came in."""
    if duty.status != "open":
        return False
    return now > (duty.frist or end_of_day(avvik.meldt.date()))

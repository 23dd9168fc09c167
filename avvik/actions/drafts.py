"""Drafts: what somebody has begun to write, seen by her only, until she files it, throws it away, or 30 days have gone.

A draft is kept under the form's key with its writer's name. An anonymous filing must not be joined to anybody, so a draft
is dropped as soon as "anonym" is ticked, and never kept again for a key that has been filed. Nothing of a draft is logged.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from sqlalchemy import delete, func, select

from avvik.models import AvvikKladd, AvvikNokkel
from kjerne import mail, vakt
from kjerne.clock import OSLO, from_oslo, oslo_date
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import language
from kjerne.i18n import lazy as _l
from kjerne.models import Person
from kjerne.text import clean
from kjerne.work import Work

#: When shifts end here: the reminder of "fullfør seinare" comes at the first of these after now (Oslo time).
SHIFT_ENDS = (time(7, 30), time(15, 0), time(22, 0))
KEEP_DAYS = 30
MAX_DRAFTS = 20
LONG, SHORT = 8000, 200
TEXTS = frozenset({"skildring", "strakstiltak", "arsak", "forslag"})
CODES = frozenset(
    {
        "eining",
        "tidspunkt",
        "hovudtype",
        "underkategori",
        "alvorsgrad",
        "art",
        "alvor_mogleg",
        "parorande_informert",
        "serie_tal",
        "gjeld_leiar",
        "konfidensiell",
        "hurtig",
    }
)
EXTRA = "tillegg_"
LETTER = _l("Du har ein kladd som ikkje er send")
LETTER_BODY = _l("Du valde å fullføre ei melding seinare. Logg inn, så ligg kladden på framsida.")


def shift_end(now: datetime) -> datetime:
    """The first shift end after that moment (aware UTC)."""
    day = oslo_date(now)
    ends = (from_oslo(datetime.combine(day + timedelta(days=more), at)) for more in (0, 1) for at in SHIFT_ENDS)
    return next(end for end in ends if end > now)


def draft_fields(typed: Mapping[str, str]) -> dict[str, str]:
    """What a draft keeps of a form: known fields only, cleaned; what cannot be kept is a `Refused`."""
    kept: dict[str, str] = {}
    for name, raw in typed.items():
        if name in TEXTS:
            kept[name] = clean(raw, max_len=LONG, multiline=True)
        elif name in CODES or (name.startswith(EXTRA) and len(name) < SHORT):
            kept[name] = clean(raw, max_len=500, multiline=False)
    return {name: text for name, text in kept.items() if text}


def save_draft(work: Work, nokkel: str, typed: Mapping[str, str], *, remind: bool) -> AvvikKladd | None:
    """Keep a draft. None when there is nothing to keep: already filed, anonymous, or nothing written.

    An identity number is refused here too (`vakt.Guarded`); names and the like only when the form is sent.
    """
    if typed.get("anonym", "") not in {"", "0", "false", "nei"}:
        work.db.execute(delete(AvvikKladd).where(AvvikKladd.nokkel == nokkel, AvvikKladd.person_id == work.me.id))
        return None
    if work.db.get(AvvikNokkel, nokkel) is not None:
        return None
    fields = draft_fields(typed)
    texts = {name: text for name, text in fields.items() if name not in CODES}
    vakt.demand(work.db, texts, today=work.today, confirmed=True)
    if not texts and not remind:
        return None
    row = work.db.get(AvvikKladd, nokkel)
    if row is None:
        _room_for_one_more(work)
        row = AvvikKladd(nokkel=nokkel, person_id=work.me.id)
        work.db.add(row)
    elif row.person_id != work.me.id:
        raise NotFound
    row.felt, row.endra = fields, work.now
    if remind:
        row.minn_om, row.minna = shift_end(work.now), False
    work.db.flush()
    return row


def _room_for_one_more(work: Work) -> None:
    count = work.db.scalar(select(func.count()).select_from(AvvikKladd).where(AvvikKladd.person_id == work.me.id)) or 0
    if count >= MAX_DRAFTS:
        raise Refused(_("Du har alt %(n)s kladdar. Send eller slett nokre av dei først.", n=MAX_DRAFTS))


def drop_draft(work: Work, nokkel: str) -> None:
    """Throw one's own draft away; one that is gone is no error."""
    work.db.execute(delete(AvvikKladd).where(AvvikKladd.nokkel == nokkel, AvvikKladd.person_id == work.me.id))


def remind_writers(work: Work) -> int:
    """Write to those whose "fullfør seinare" is due. The letter's key and text hold nothing of the draft's own key."""
    due = work.db.scalars(
        select(AvvikKladd).where(AvvikKladd.minn_om <= work.now, AvvikKladd.minna.is_(False)).with_for_update()
    ).all()
    for row in due:
        row.minna = True
        writer = work.db.get_one(Person, row.person_id)
        with language(writer.sprak or work.sprak):
            body = f"{LETTER_BODY}\n\n{work.config.base_url}/\n"
            mail.queue(work, writer, str(LETTER), body, key=f"kladd-{uuid.uuid4()}")
    return len(due)


def drop_old_drafts(work: Work) -> None:
    """Drafts nobody has touched for 30 days are deleted."""
    work.db.execute(delete(AvvikKladd).where(AvvikKladd.endra < work.now - timedelta(days=KEEP_DAYS)))


def reminder_clock(moment: datetime) -> str:
    """When the reminder comes, HH:MM in Oslo."""
    return moment.astimezone(OSLO).strftime("%H:%M")

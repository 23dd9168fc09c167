"""The anonymous tracking code: find the case behind it, slowly for those who guess. Counted in the database.

The address is kept as a keyed hash and only when a code was wrong. A right code leaves no trace of who asked.
"""

import hashlib
import hmac
from datetime import timedelta

from sqlalchemy import bindparam, select, text

from avvik.actions.melding import code_hash
from avvik.models import Avvik
from kjerne.db import UtcDateTime
from kjerne.errors import TooMany
from kjerne.i18n import gettext as _
from kjerne.models import Innloggingsforsok
from kjerne.work import Work

WINDOW = timedelta(minutes=15)
FREE_TRIES = 10
MAX_CODE = 60
_ENSURE = text(
    "INSERT INTO innloggingsforsok (nokkel, tal, sist) VALUES (:nokkel, 0, :sist) ON CONFLICT (nokkel) DO NOTHING"
).bindparams(bindparam("sist", type_=UtcDateTime))


def _counter(work: Work, address: str) -> Innloggingsforsok:
    """The counter of an address, locked until the transaction ends; it starts anew after a quiet quarter of an hour."""
    digest = hmac.new(work.config.secret_key.encode(), f"sporing/{address}".encode(), hashlib.sha256).hexdigest()[:32]
    key = f"sporing:{digest}"
    work.db.execute(_ENSURE, {"nokkel": key, "sist": work.now})
    row = work.db.scalars(select(Innloggingsforsok).where(Innloggingsforsok.nokkel == key).with_for_update()).one()
    if work.now - row.sist > WINDOW:
        row.tal = 0
    return row


def find_by_code(work: Work, raw: str, address: str) -> Avvik | None:
    """The anonymous case behind a code; None when there is none (the try is counted). Raises `TooMany` for guessers."""
    counter = _counter(work, address)
    if counter.tal >= FREE_TRIES:
        wait = int((WINDOW - (work.now - counter.sist)).total_seconds()) + 1
        raise TooMany(_("For mange feil kodar. Vent litt og prøv igjen."), max(wait, 1))
    found = None
    if raw and len(raw) <= MAX_CODE:
        found = work.db.scalar(select(Avvik).where(Avvik.sporingskode_hash == code_hash(raw), Avvik.anonym))
    if found is None:
        counter.tal += 1
        counter.sist = work.now
        work.db.flush()
        work.keep_when_refused()
    return found

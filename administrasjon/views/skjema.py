"""What the pages share about forms: try an action, and put what it refuses on the field it belongs to."""

from collections.abc import Callable
from typing import Any

from kjerne import vakt
from kjerne.errors import Refused
from kjerne.work import Work


def version_of(form: Any) -> int | None:
    """The version the form was opened with."""
    raw = str(form.version.data or "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def attempt(work: Work, form: Any, action: Callable[[], object]) -> bool:
    """Do it inside a savepoint when the form is good; a refusal goes to its field, and nothing of it is kept."""
    if not form.validate():
        return False
    try:
        with work.db.begin_nested():
            action()
    except Refused as refused:
        field = form[refused.field] if refused.field in form else next(iter(form))
        field.errors = [refused.message]
        work.db.expire_all()
        return False
    return True


def numberless(work: Work, text: str, field: str) -> str:
    """The text, unless an identity number stands in it: then `Refused` at its field. Names are allowed here."""
    verdict = vakt.judge({field: text}, today=work.today, confirmed=True, words=frozenset())
    if not verdict.ok:
        raise Refused(" ".join(verdict.messages()[field]), field)
    return text

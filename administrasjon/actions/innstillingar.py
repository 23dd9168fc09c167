"""The municipality's own settings, and which scheme for serious events is in force."""

from collections.abc import Mapping

from administrasjon import rules
from kjerne import log
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.innstilling import put, settings
from kjerne.work import Work


def save(work: Work, values: Mapping[str, str]) -> None:
    """Keep settings; the log says which changed."""
    before = settings(work.db)
    changed = [key for key, value in values.items() if before[key] != value]
    for key in changed:
        put(work.db, key, values[key])
    if changed:
        work.db.flush()
        log.record(work, "innstilling", "kommune", "innstilling:endra", felt=",".join(sorted(changed)))


def confirm_scheme(work: Work, scheme: str) -> None:
    """Say which scheme for serious events is in force (domene 2.1), and that it was checked today."""
    if scheme not in rules.MELDEORDNINGAR:
        raise Refused(_("Vel ei ordning."), "meldeordning")
    put(work.db, "meldeordning", scheme)
    put(work.db, "meldeordning_stadfesta", work.today.isoformat())
    work.db.flush()
    log.record(work, "innstilling", "meldeordning", "innstilling:meldeordning", ordning=scheme)

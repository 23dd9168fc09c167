"""The letters about measures. They carry number, unit and link, never a title or a text; each goes once, by its key."""

from datetime import date

from kjerne import mail
from kjerne.i18n import SPRAK, Lazy, fdate, language
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.innstilling import settings
from kjerne.models import Eining, Person
from kjerne.work import Work
from tiltak.models import Tiltak

ASSIGNED = _l("Du har fått ansvar for tiltak %(nr)s")
RETURNED = _l("Tiltak %(nr)s er sendt tilbake til deg")
WAITS = _l("Tiltak %(nr)s ventar på godkjenning")
POSTPONED = _l("Tiltak %(nr)s har fått ny frist")
CANCELLED = _l("Tiltak %(nr)s er avlyst")
REMINDERS: dict[str, Lazy] = {
    "snart": _l("Fristen for tiltak %(nr)s nærmar seg"),
    "i-dag": _l("Fristen for tiltak %(nr)s er i dag"),
    "over": _l("Fristen for tiltak %(nr)s er ute"),
    "lofta": _l("Tiltak %(nr)s er over fristen"),
    "effekt": _l("På tide å vurdere om tiltak %(nr)s verka"),
}


def send(work: Work, tiltak: Tiltak, to: Person | None, subject: Lazy, key: str) -> None:
    """Put one letter in the outbox, in its receiver's language. Nobody writes to herself."""
    if to is None or (work.person is not None and work.person.id == to.id):
        return
    unit = work.db.get(Eining, tiltak.eining_id)
    sprak = to.sprak if to.sprak in SPRAK else settings(work.db)["sprak"]
    with language(sprak):
        about = subject % {"nr": tiltak.id}
        body = _(
            "%(emne)s.\n\nEining: %(eining)s\nFrist: %(frist)s\n\nOpne tiltaket:\n%(lenkje)s\n",
            emne=about,
            eining=unit.namn if unit else "",
            frist=fdate(tiltak.frist),
            lenkje=f"{work.config.base_url}/tiltak/{tiltak.id}",
        )
        mail.queue(work, to, about, body, key=f"tiltak-{tiltak.id}-{key}")


def _owner(work: Work, tiltak: Tiltak) -> Person | None:
    return work.db.get(Person, tiltak.ansvarleg_id)


def _follower(work: Work, tiltak: Tiltak) -> Person | None:
    return work.db.get(Person, tiltak.laga_av_id)


def assigned(work: Work, tiltak: Tiltak, owner: Person) -> None:
    """To a new owner."""
    send(work, tiltak, owner, ASSIGNED, f"tildelt-{owner.id}-{tiltak.version}")


def returned(work: Work, tiltak: Tiltak) -> None:
    """To the owner: something is missing."""
    send(work, tiltak, _owner(work, tiltak), RETURNED, f"retur-{tiltak.version}")


def waits_for_acceptance(work: Work, tiltak: Tiltak) -> None:
    """To whoever follows it up."""
    send(work, tiltak, _follower(work, tiltak), WAITS, f"ventar-{tiltak.version}")


def postponed(work: Work, tiltak: Tiltak) -> None:
    """To the owner and whoever follows it up, but the one who did it."""
    for person in {_owner(work, tiltak), _follower(work, tiltak)}:
        send(work, tiltak, person, POSTPONED, f"utsett-{tiltak.utsett_tal}-{person.id if person else 0}")


def cancelled(work: Work, tiltak: Tiltak) -> None:
    """To the owner: she need not do it."""
    send(work, tiltak, _owner(work, tiltak), CANCELLED, "avlyst")


def remind(work: Work, tiltak: Tiltak, to: Person | None, kind: str, day: date) -> None:
    """A reminder of one kind: once for each deadline and receiver, so that a new deadline is reminded of anew."""
    send(work, tiltak, to, REMINDERS[kind], f"{kind}-{day.isoformat()}-{to.id if to else 0}")

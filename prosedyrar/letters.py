"""The letters about procedures. They carry number, unit and link, never a case's text; each goes once, by its key."""

from kjerne import mail
from kjerne.i18n import SPRAK, Lazy, language
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.innstilling import settings
from kjerne.models import Eining, Person
from kjerne.work import Work
from prosedyrar.models import Prosedyre, Revisjonsonske

ASKED = _l("Nokon ber om at ein prosedyre blir revidert")
ASKED_NEW = _l("Nokon ber om ein ny prosedyre")


def send(work: Work, to: Person | None, subject: Lazy, *, path: str, key: str, eining_id: int | None, title: str = "") -> None:
    """Put one letter in the outbox, in its receiver's language. Nobody writes to herself.

    `title`: a document's own title; it is no case text.
    """
    if to is None or (work.person is not None and work.person.id == to.id):
        return
    unit = work.db.get(Eining, eining_id) if eining_id else None
    sprak = to.sprak if to.sprak in SPRAK else settings(work.db)["sprak"]
    with language(sprak):
        about = f"{subject}: {title}"[:200] if title else str(subject)
        body = _(
            "%(emne)s.\n\nEining: %(eining)s\n\nOpne her:\n%(lenkje)s\n",
            emne=about,
            eining=unit.namn if unit else "",
            lenkje=f"{work.config.base_url}{path}",
        )
        mail.queue(work, to, about, body, key=key)


def asked_for_revision(work: Work, onske: Revisjonsonske, prosedyre: Prosedyre | None) -> None:
    """To the owner of the document; for a new one to who leads the unit. What the request is about stands on the page only."""
    if prosedyre is not None:
        owner = work.db.get(Person, prosedyre.eigar_id)
        path, key = f"/prosedyrar/{prosedyre.id}#onske", f"onske-{onske.id}"
        send(work, owner, ASKED, path=path, key=key, eining_id=prosedyre.eining_id, title=prosedyre.tittel)
        return
    unit = work.db.get_one(Eining, onske.eining_id)
    leader = work.db.get(Person, unit.leiar_id) if unit.leiar_id else None
    send(work, leader, ASKED_NEW, path="/prosedyrar/onske", key=f"onske-{onske.id}", eining_id=unit.id)

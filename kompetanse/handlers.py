"""What competence does when procedures tell that a new version is in force, and when somebody who has left loses her name."""

from administrasjon.events import Pseudonymisert
from kjerne.work import Handler, Work
from kompetanse.actions.bevis import forget
from kompetanse.actions.opplaering import after_revision
from prosedyrar.events import ProsedyreRevidert
from prosedyrar.models import Prosedyre, ProsedyreVersjon

NAME_MAX = 60


def on_revised(work: Work, event: object) -> None:
    """A major version asks for training in the units that need the competences it belongs to. A minor one does not."""
    if not isinstance(event, ProsedyreRevidert) or not event.major:
        return
    prosedyre = work.db.get(Prosedyre, event.prosedyre_id)
    versjon = work.db.get(ProsedyreVersjon, event.versjon_id)
    if prosedyre is not None and versjon is not None:
        name = f"{prosedyre.tittel[:NAME_MAX]} {versjon.major}.{versjon.minor}"
        after_revision(work, prosedyre.id, versjon.id, name)


def on_forgotten(work: Work, event: object) -> None:
    """What she could is hers alone: it goes with her name, files too."""
    if isinstance(event, Pseudonymisert):
        forget(work, event.person_id)


HANDLERS: dict[type, tuple[Handler, ...]] = {ProsedyreRevidert: (on_revised,), Pseudonymisert: (on_forgotten,)}

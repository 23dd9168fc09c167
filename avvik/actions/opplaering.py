"""A case with missing training as its cause, or training as its outcome, asks the unit's competence plan for training.

Downward, a plain call. Cases that few may see ask for nothing: the need itself would tell that they exist.
"""

from sqlalchemy import select

from avvik.models import Avvik, AvvikArsak, AvvikUtfall
from avvik.rules import Status
from kjerne.work import Work
from kompetanse.actions.opplaering import request_training, withdraw_training
from kompetanse.rules import Opphav

#: The code in both lists: the cause "mangelfull opplæring/kompetanse" and the outcome "opplæring" (domene 3.6, 3.7).
TRAINING = "opplaering"


def _asks(work: Work, avvik: Avvik) -> bool:
    few = avvik.sensitiv_gruppe or avvik.gjeld_leiar or avvik.er_varsel
    if few or avvik.status == Status.AVVIST:
        return False
    causes = select(AvvikArsak.arsak).where(AvvikArsak.avvik_id == avvik.id, AvvikArsak.arsak == TRAINING)
    outcomes = select(AvvikUtfall.utfall).where(AvvikUtfall.avvik_id == avvik.id, AvvikUtfall.utfall == TRAINING)
    return any(work.db.scalar(question.limit(1)) is not None for question in (causes, outcomes))


def follow_training(work: Work, avvik: Avvik, *, moved: bool = False) -> None:
    """Keep the training need true to the case: asked for once, taken back when it is no cause any more, moved with the case."""
    work.db.flush()
    asks = _asks(work, avvik)
    if moved or not asks:
        withdraw_training(work, slag=Opphav.AVVIK, ref_id=avvik.id)
    if asks:
        request_training(
            work,
            eining_id=avvik.eining_id,
            slag=Opphav.AVVIK,
            ref_id=avvik.id,
            namn=avvik.nr,
            synleg=True,
            tema=avvik.underkategori,
        )

"""The texts of requests that can be redacted, and taken away with their case. Who may is asked by the caller above."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kjerne.i18n import gettext as _
from kjerne.sladd import Stad
from prosedyrar.models import Revisjonsonske
from prosedyrar.queries.onske import of_origin


def places(db: Session, opphav_type: str, opphav_id: int) -> list[Stad]:
    """What was asked for from a case, and why it was not followed. One query."""
    found: list[Stad] = []
    for row in of_origin(db, opphav_type, opphav_id):
        found.append(Stad(f"onske-{row.id}", _("Ønske om endra prosedyre"), row, "tittel"))
        found.append(Stad(f"onske-{row.id}-grunn", _("Kvifor ønsket ikkje er følgt"), row, "grunn"))
    return [place for place in found if place.tekst]


def blank(db: Session, opphav_type: str, ids: Sequence[int]) -> None:
    """Take texts and asker from the requests of cases that are disposed of; state, unit and dates stay."""
    same = select(Revisjonsonske.id).where(Revisjonsonske.opphav_type == opphav_type, Revisjonsonske.opphav_id.in_(ids))
    db.execute(
        update(Revisjonsonske)
        .where(Revisjonsonske.id.in_(same))
        .values(tittel=_("Kassert"), grunn="", bedd_av_id=None)
        .execution_options(synchronize_session=False)
    )

"""The texts of measures that can be redacted. Who may is asked by the caller above: the measure hangs on her case."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from kjerne.i18n import gettext as _
from kjerne.sladd import Stad
from tiltak.models import Tiltak, TiltakHending, TiltakOpphav


def places(db: Session, ids: Iterable[int]) -> list[Stad]:
    """Each text of these measures, also what was said on the way. Two queries."""
    wanted = list(ids)
    found: list[Stad] = []
    names = {
        "tittel": _("Tiltak: kva som skal gjerast"),
        "skildring": _("Tiltak: skildring"),
        "ferdig_notat": _("Tiltak: kva som er gjort"),
        "retur_grunn": _("Tiltak: kvifor det vart sendt tilbake"),
        "effekt_notat": _("Tiltak: vurdering av effekten"),
        "finansiering": _("Tiltak: finansiering"),
        "flytta_grunn": _("Tiltak: kvifor det er flytta"),
    }
    for row in db.scalars(select(Tiltak).where(Tiltak.id.in_(wanted)).order_by(Tiltak.id)):
        found += [Stad(f"tiltak-{row.id}-{column}", label, row, column) for column, label in names.items()]
    for line in db.scalars(select(TiltakHending).where(TiltakHending.tiltak_id.in_(wanted)).order_by(TiltakHending.id)):
        found.append(Stad(f"tiltakshending-{line.id}", _("Tiltak: historie"), line, "tekst"))
    return [place for place in found if place.tekst]


def blank(db: Session, ids: Iterable[int]) -> None:
    """Take the texts from measures whose cases are disposed of; state, unit and dates stay. One that came of more is left."""
    others = select(TiltakOpphav.tiltak_id).where(TiltakOpphav.slag != "avvik")
    wanted = list(db.scalars(select(Tiltak.id).where(Tiltak.id.in_(list(ids)), Tiltak.id.not_in(others))))
    for place in places(db, wanted):
        place.write(_("Kassert") if place.kolonne == "tittel" else "")
    db.flush()

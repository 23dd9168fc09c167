"""Files and images of a draft."""

from sqlalchemy import select

from kjerne import files, log
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.filinnhald import Inspected
from kjerne.i18n import gettext as _
from kjerne.models import Fil
from kjerne.work import Work
from prosedyrar.models import Prosedyre, ProsedyreVedlegg, ProsedyreVersjon
from prosedyrar.queries import access
from prosedyrar.rules import Tilstand

MOST = 40


def _writable(work: Work, versjon: ProsedyreVersjon) -> None:
    prosedyre = work.db.get_one(Prosedyre, versjon.prosedyre_id)
    if not access.may_write(work, prosedyre):
        raise NotFound
    if versjon.tilstand != Tilstand.KLADD:
        raise Conflict(_("Dette er ikkje lenger ein kladd."))


def attach(work: Work, versjon: ProsedyreVersjon, inspected: Inspected) -> Fil:
    """Keep a checked file with a draft. The caller has held its name and text against the identity guard."""
    _writable(work, versjon)
    held = work.db.scalars(select(ProsedyreVedlegg.fil_id).where(ProsedyreVedlegg.versjon_id == versjon.id)).all()
    if len(held) >= MOST:
        raise Refused(_("Eit dokument kan ha høgst %(tal)s vedlegg.", tal=MOST), "filer")
    row = files.store(work, "prosedyre", versjon.prosedyre_id, inspected)
    work.db.add(ProsedyreVedlegg(versjon_id=versjon.id, fil_id=row.id))
    work.db.flush()
    log.record(work, "prosedyre", versjon.prosedyre_id, "vedlegg:lagt_ved", versjon=versjon.id, fil=row.id)
    return row


def detach(work: Work, versjon: ProsedyreVersjon, offentleg_id: str) -> None:
    """Take a file out of a draft; older versions keep it."""
    _writable(work, versjon)
    link = work.db.scalar(
        select(ProsedyreVedlegg)
        .join(Fil, Fil.id == ProsedyreVedlegg.fil_id)
        .where(ProsedyreVedlegg.versjon_id == versjon.id, Fil.offentleg_id == offentleg_id)
    )
    if link is None:
        raise NotFound
    fil_id = link.fil_id
    work.db.delete(link)
    work.db.flush()
    log.record(work, "prosedyre", versjon.prosedyre_id, "vedlegg:fjerna", versjon=versjon.id, fil=fil_id)

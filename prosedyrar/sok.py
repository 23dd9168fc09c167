"""Words of a valid document for search: title, keywords, text, and the names of its attachments. Drafts are never indexed."""

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from kjerne.models import Eining, Fil
from kjerne.sok import tokens
from prosedyrar import tekst
from prosedyrar.models import Prosedyre, ProsedyreOrd, ProsedyreSoktekst, ProsedyreVedlegg, ProsedyreVersjon
from prosedyrar.rules import TEMANAMN, TYPENAMN, Dokumenttype, Tema, Tilstand

TITLE, NAMED, BODY = 4, 2, 1
PORTION = 500


def _weighted(title: str, named: list[str], body: str) -> dict[str, int]:
    """Each word once, with the weight of the best place it stands in."""
    found = dict.fromkeys(tokens([body]), BODY)
    found |= dict.fromkeys(tokens(named), NAMED)
    found |= dict.fromkeys(tokens([title]), TITLE)
    return found


def index(db: Session, prosedyre_id: int) -> None:
    """Index a document anew from what is valid, in the transaction that is open; without a valid version it has no words."""
    db.flush()
    db.execute(delete(ProsedyreOrd).where(ProsedyreOrd.prosedyre_id == prosedyre_id))
    db.execute(delete(ProsedyreSoktekst).where(ProsedyreSoktekst.prosedyre_id == prosedyre_id))
    _index(db, [prosedyre_id])


def rebuild(db: Session) -> None:
    """Index all documents anew, in portions: after a bulk load or a changed table of spellings."""
    db.flush()
    db.execute(delete(ProsedyreOrd))
    db.execute(delete(ProsedyreSoktekst))
    last = 0
    while ids := db.scalars(select(Prosedyre.id).where(Prosedyre.id > last).order_by(Prosedyre.id).limit(PORTION)).all():
        _index(db, list(ids))
        last = ids[-1]


def _index(db: Session, ids: list[int]) -> None:
    valid = (
        select(Prosedyre, ProsedyreVersjon.id, ProsedyreVersjon.tekst, Eining.namn)
        .join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
        .join(Eining, Eining.id == Prosedyre.eining_id)
        .where(Prosedyre.id.in_(ids), ProsedyreVersjon.tilstand == Tilstand.GYLDIG)
    )
    found = db.execute(valid).all()
    files: dict[int, list[str]] = {}
    attached = select(ProsedyreVedlegg.versjon_id, Fil.namn).join(Fil, Fil.id == ProsedyreVedlegg.fil_id)
    for versjon_id, name in db.execute(attached.where(ProsedyreVedlegg.versjon_id.in_([row[1] for row in found]))):
        files.setdefault(versjon_id, []).append(name)
    rows, shown = [], []
    for prosedyre, versjon_id, body, unit in found:
        labels = [TYPENAMN[Dokumenttype(prosedyre.dokumenttype)].text, TEMANAMN[Tema(prosedyre.tema)].text]
        named = [prosedyre.nokkelord, prosedyre.heimel, unit, *labels, *files.get(versjon_id, [])]
        said = " ".join(tekst.plain(body).split())
        shown.append({"prosedyre_id": prosedyre.id, "tekst": said})
        words = _weighted(prosedyre.tittel, named, said)
        rows += [{"prosedyre_id": prosedyre.id, "ord": word, "vekt": weight} for word, weight in words.items()]
    if rows:
        db.execute(insert(ProsedyreOrd), rows)
        db.execute(insert(ProsedyreSoktekst), shown)

"""What ties the demo's cases to its procedures: those that led to a change, those whose procedure failed, and requests."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from avvik.models import Avvik, AvvikHending, AvvikProsedyre, AvvikUtfall
from demo.bibliotek import Library
from prosedyrar.models import Revisjonsonske

__all__ = ["add_cases"]

#: A changed procedure → the beginnings of the sub-categories whose cases led to it.
_KATEGORIAR: Final = {
    "legemiddelhandtering": ("legemiddel_",),
    "forverring_news2": ("forverring_", "observasjon_"),
    "fall": ("fall_utan", "fall_med"),
    "ernaering": ("ernaering",),
    "tvang_kap9": ("tvang_",),
    "inn_og_utskriving": ("utskriving", "epikrise_pll"),
    "vald_truslar": ("vald_bebuar",),
}
_ONSKE: Final = {
    "legemiddel_delegering": "Seie kven som kan gi på natt når ansvarleg sjukepleiar ikkje er i huset",
    "handhygiene": "Ta med kva vi gjer når spritdispensaren er tom",
    "uteblive_besok": "Seie kven som ringjer når vikaren ikkje finn heimen",
    "dokumentasjon_epj": "Gjere klart kva som skal stå etter eit fall",
    "bemanning": "Få inn kven som avgjer å leige inn på helg",
}
_NY: Final = "Rutine for når ein brukar nektar hjelp fleire dagar på rad"


def add_cases(db: Session, library: Library) -> None:
    """Cases that led to a change, cases whose procedure failed, and requests that wait."""
    last = db.scalar(select(func.max(AvvikHending.id))) or 0
    for code, starts in _KATEGORIAR.items():
        document, version = library.changed[code]
        for avvik in _cases(library, db, document, starts, version["gyldig_fra"], led=True):
            last += 1
            _led(library, avvik, document, version, last)
        for avvik in _cases(library, db, document, starts, version["gyldig_fra"], led=False):
            library.put(
                AvvikProsedyre, avvik_id=avvik.id, prosedyre_id=document["id"], laga=avvik.meldt, versjon_id=None, utfall=""
            )
    _waiting(library, db)


def _cases(library: Library, db: Session, document: dict[str, Any], starts: Sequence[str], day: date, *, led: bool) -> list[Avvik]:
    """Ordinary cases of the document's units, filed before it changed, with or without a changed procedure as outcome."""
    top = next(unit for unit in library.verda.units if unit.id == document["eining_id"])
    inside = [unit.id for unit in library.verda.units if unit.sti.startswith(top.sti)]
    outcome = select(AvvikUtfall.avvik_id).where(AvvikUtfall.utfall == "prosedyre_endra")
    query = select(Avvik).where(
        Avvik.eining_id.in_(inside),
        or_(*(Avvik.underkategori.startswith(start) for start in starts)),
        Avvik.sensitiv_gruppe == "",
        Avvik.konfidensiell.is_(False),
        Avvik.status == "lukka",
        Avvik.meldt < library.moment(day),
        Avvik.id.in_(outcome) if led else Avvik.id.not_in(outcome),
    )
    return list(db.scalars(query.order_by(Avvik.id.desc()).limit(6)))


def _led(library: Library, avvik: Avvik, document: dict[str, Any], version: dict[str, Any], line_id: int) -> None:
    library.put(
        AvvikProsedyre, avvik_id=avvik.id, prosedyre_id=document["id"], laga=avvik.meldt, versjon_id=version["id"],
        utfall="prosedyre_endra",
    )  # fmt: skip
    _ask(library, avvik, document, "Nytt steg etter det som hende", version)
    told = f"{document['tittel']} v. {version['major']}.{version['minor']}"
    line = library.put(
        AvvikHending, avvik_id=avvik.id, tid=max(version["godkjent"], avvik.lukka_tid or avvik.meldt), slag="prosedyre_endra",
        aktor="system", person_id=None, fra="", til=told, tekst="", synleg_meldar=True,
    )  # fmt: skip
    line["id"] = line_id


def _ask(
    library: Library, avvik: Avvik, document: dict[str, Any] | None, title: str, version: dict[str, Any] | None = None
) -> None:
    library.put(
        Revisjonsonske,
        prosedyre_id=document["id"] if document else None,
        opphav_type="avvik",
        opphav_id=avvik.id,
        skjerma=False,
        tittel=title,
        eining_id=avvik.eining_id,
        bedd_av_id=avvik.sakshandsamar_id,
        laga=min(avvik.meldt + timedelta(days=4), library.verda.now) if version is None else avvik.meldt,
        tilstand="svara" if version else "open",
        versjon_id=version["id"] if version else None,
        avgjort=version["godkjent"] if version else None,
        grunn="",
    )


def _waiting(library: Library, db: Session) -> None:
    open_cases = list(
        db.scalars(
            select(Avvik)
            .where(Avvik.lukka_tid.is_(None), Avvik.sensitiv_gruppe == "", Avvik.konfidensiell.is_(False))
            .where(Avvik.sakshandsamar_id.is_not(None))
            .order_by(Avvik.id.desc())
            .limit(60)
        )
    )
    library.rng.shuffle(open_cases)
    for (code, title), avvik in zip(_ONSKE.items(), open_cases, strict=False):
        document = library.of_need[code]
        library.put(AvvikProsedyre, avvik_id=avvik.id, prosedyre_id=document["id"], laga=avvik.meldt, versjon_id=None, utfall="")
        _ask(library, avvik, document, title)
    for avvik in open_cases[len(_ONSKE) : len(_ONSKE) + 1]:
        _ask(library, avvik, None, _NY)

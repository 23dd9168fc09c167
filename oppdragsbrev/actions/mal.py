"""Templates: the real letter ships as one; others are made from nothing or as a copy."""

import csv
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.log import record
from kjerne.work import Work
from oppdragsbrev.models import Brevkule, Brevmal, Brevpunkt, Oppdragsbrev
from oppdragsbrev.queries import brev as letters
from oppdragsbrev.queries.brev import Punktkuler

START = Path(__file__).resolve().parent.parent / "startsett" / "brevmal.csv"


def load_starter_set(db: Session) -> None:
    """Put in the shipped template when there is none; what the municipality has made is left alone."""
    if db.scalar(select(func.count()).select_from(Brevmal)):
        return
    mal, punkt, nr = Brevmal(namn=""), Brevpunkt(), 0
    with START.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            words = {"nn": row["nn"], "nb": row["nb"], "en": row["en"]}
            if row["slag"] == "mal":
                mal = Brevmal(namn=row["nn"])
            elif row["slag"] == "innleiing":
                mal.nn, mal.nb, mal.en = row["nn"], row["nb"], row["en"]
                db.add(mal)
                db.flush()
            elif row["slag"] == "punkt":
                punkt, nr = Brevpunkt(mal_id=mal.id, nr=int(row["punkt"]), punkt=int(row["punkt"]), **words), 0
                db.add(punkt)
                db.flush()
            else:
                nr += 1
                db.add(Brevkule(punkt_id=punkt.id, nr=nr, bevis=row["bevis"], **words))
    db.flush()


def make_template(work: Work, namn: str, source: Brevmal | None) -> Brevmal:
    """A new template, empty or a copy of another. The name has passed the guard."""
    if not work.has(Right.BREV_SKRIV):
        raise NotFound
    row = Brevmal(namn=namn, laga_av_id=work.me.id, laga=work.now)
    if source is not None:
        row.nn, row.nb, row.en = source.nn, source.nb, source.en
    work.db.add(row)
    work.db.flush()
    if source is not None:
        copy_points(work, letters.points_of(work, source), row)
    record(work, "brevmal", row.id, "brevmal:ny", kopi_av=source.id if source else None)
    return row


def retire_template(work: Work, mal: Brevmal) -> None:
    """Take a template out of use; letters made from it stand."""
    if not work.has(Right.BREV_SKRIV):
        raise NotFound
    mal.gjeld = False
    work.db.flush()
    record(work, "brevmal", mal.id, "brevmal:ut-av-bruk")


def copy_points(work: Work, points: list[Punktkuler], target: Brevmal | Oppdragsbrev) -> None:
    """Copy points with bullets; in a letter each bullet remembers the one it was copied from."""
    to_letter = isinstance(target, Oppdragsbrev)
    for place, source in enumerate(points, start=1):
        old = source.punkt
        point = Brevpunkt(
            mal_id=None if to_letter else target.id,
            brev_id=target.id if to_letter else None,
            nr=place,
            punkt=old.punkt,
            nn=old.nn,
            nb=old.nb,
            en=old.en,
        )
        work.db.add(point)
        work.db.flush()
        work.db.add_all(
            Brevkule(
                punkt_id=point.id,
                nr=nr,
                nn=kule.nn,
                nb=kule.nb,
                en=kule.en,
                bevis=kule.bevis,
                fra_id=kule.id if to_letter and old.brev_id else None,
            )
            for nr, kule in enumerate(source.kuler, start=1)
        )
    work.db.flush()

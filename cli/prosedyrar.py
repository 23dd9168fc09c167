"""`import prosedyrar FILE…`: Word files, or ZIPs of them, as drafts. Each goes in whole or not at all; twice changes nothing."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from administrasjon.actions.plan import State
from cli import svar
from cli.installation import Installation, Stop
from kjerne.errors import Refusal
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.work import Work
from prosedyrar.actions import innlesing as actions
from prosedyrar.actions.innlesing import Lest, Ramme
from prosedyrar.models.innlesing import Innlesing
from prosedyrar.word import TAPT
from prosedyrar.word.arkiv import BadArchive, Medlem, count, members

Told = dict[str, list[dict[str, object]]]


def add_options(load: argparse.ArgumentParser) -> None:
    """What only Word files take."""
    load.add_argument("more", nargs="*", type=Path, metavar="FILE", help="prosedyrar: more Word files or ZIPs of them")
    load.add_argument("--eining", default="", metavar="KODE", help="prosedyrar: owner of what names none (default: the top unit)")


def run_import(installation: Installation, args: argparse.Namespace) -> int:
    """Read each file, and write it unless it is a trial. Exit code 1 when one was refused."""
    told: Told = {"inn": [], "avvist": [], "atvaringar": []}
    paths = [args.file, *args.more]
    with installation.looking() as work:
        ramme = actions.frame(work.db, work.today, _owner(work, args.eining).id)
    for path in paths:
        for rekkje, found in enumerate(_files(path), start=1):
            seen = actions.look(found, ramme)
            _take(installation, told, ramme, path, rekkje, seen, trial=args.proveimport)
    print(json.dumps(told, ensure_ascii=False) if args.json else _words(told, trial=args.proveimport))
    return int(bool(told["avvist"]))


def _owner(work: Work, kode: str) -> Eining:
    query = select(Eining).where(Eining.kode == kode) if kode else select(Eining).where(Eining.overordna_id.is_(None))
    found = work.db.scalars(query.order_by(Eining.id).limit(1)).one_or_none()
    if found is None:
        none = _("Det finst inga eining med koden %(kode)s.", kode=kode)
        raise Stop(none if kode else _("Det finst ingen einingar enno. Les inn einingane først."))
    return found


def _files(path: Path) -> Iterator[Medlem]:
    try:
        count(path)
        yield from members(path, path.name)
    except BadArchive as bad:
        yield Medlem(path.name, grunn=str(bad))


def _take(  # noqa: PLR0917 - one file of one upload
    installation: Installation, told: Told, ramme: Ramme, path: Path, rekkje: int, seen: Lest, *, trial: bool
) -> None:
    """One file in a transaction of its own."""
    if seen.grunn or seen.made is None:
        told["avvist"].append({"fil": seen.namn, "grunn": seen.grunn})
        return
    with installation.looking() as work:
        before = actions.went_in_before(work.db, seen.sha256)
        notes = [str(TAPT[kind]) for kind in TAPT if kind in seen.made.lost]
    if before is not None:
        told["atvaringar"].append({"fil": seen.namn, "tekst": _("Fila er lesen inn før. Ingenting er endra."), "id": before})
        return
    entry: dict[str, object] = {
        "fil": seen.namn,
        "tittel": seen.made.title,
        "type": seen.made.kind,
        "eining": ramme.einingar.get(seen.eining_id, ""),
    }
    if not trial:
        try:
            with installation.transaction() as work:
                entry["id"] = _write(work, path, rekkje, seen)
        except Refusal as refusal:
            told["avvist"].append({"fil": seen.namn, "grunn": refusal.message})
            return
    told["inn"].append(entry)
    if seen.namnelikt:
        notes.append(_("Noko i teksten ser ut som eit namn. Sjå over kladden."))
    told["atvaringar"] += [{"fil": seen.namn, "tekst": note} for note in notes]


def _write(work: Work, path: Path, rekkje: int, seen: Lest) -> int:
    upload = Innlesing(eining_id=seen.eining_id, namn=path.name[-200:], laga=work.now, tilstand="ferdig", tal=1)
    work.db.add(upload)
    work.db.flush()
    row = actions.keep(work, upload, rekkje, seen)
    row.stadfest = True
    return actions.write(work, row).id


def _words(told: Told, *, trial: bool) -> str:
    taken, look, refused = _("inn"), _("sjå etter"), svar.WORDS[State.FEIL]
    rows: list[tuple[str, object, object]] = [
        (taken, row["fil"], f"{row['tittel']} ({row['type']}, {row['eining']})") for row in told["inn"]
    ]
    rows += [(str(refused), row["fil"], row["grunn"]) for row in told["avvist"]]
    rows += [(look, row["fil"], row["tekst"]) for row in told["atvaringar"]]
    lines = [f"{what:<{svar.WORD}} {name}: {said}" for what, name, said in rows]
    numbers = {"a": len(told["inn"]), "b": len(told["avvist"]), "c": len(told["atvaringar"])}
    lines.append(_("Inn: %(a)s. Avviste: %(b)s. Å sjå etter: %(c)s.", **numbers))
    return "\n".join([*lines, svar.ending(trial=True, changes=0)] if trial else lines)

"""`rapport KIND`: a report of a unit and a period as a file, the same as on the page, read as a quality coordinator reads it."""

import argparse
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from cli.installation import Installation, Stop
from kjerne.access import Rolle
from kjerne.errors import Refusal
from kjerne.fullmakt import load_grants
from kjerne.i18n import SPRAK, language
from kjerne.models import Eining, Person
from kjerne.work import Grants, Work
from rapportar import dokument
from rapportar.sider import KINDS, as_file
from rapportar.slag import SLAG

#: Whoever may run commands on the machine reads it all; a person's own view is asked for with --for.
READS_AS = (Rolle.KVALITETSKOORDINATOR, Rolle.KOMMUNALSJEF)


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the command on the parser."""
    make = commands.add_parser("rapport", help="write a report of a unit and a period as PDF, XLSX, CSV or JSON")
    make.add_argument("kind", metavar="KIND", choices=sorted(SLAG), help=", ".join(SLAG))
    make.add_argument("--eining", required=True, metavar="KODE", help="the unit's code; its subtree is included")
    make.add_argument("--periode", required=True, help="2026, 2026-T2, 2026-K3, 2026-10 or 2026-02_2026-05")
    make.add_argument("--format", choices=list(KINDS), default="pdf")
    make.add_argument("--sprak", choices=SPRAK, default=None, help="the language (default: the municipality's)")
    make.add_argument("--for", dest="receiver", default="", metavar="ANSATTNR", help="as this person may see it")
    make.add_argument("--ut", required=True, type=Path, metavar="FILE", help="where to write it")
    make.set_defaults(run=run_report)


def run_report(installation: Installation, args: argparse.Namespace) -> int:
    """Write the file and say what it holds. Raises `Stop` for a unit, person or period that is none."""
    with installation.looking() as system, language(args.sprak or system.sprak):
        work = _reader(system, args)
        try:
            slag = dokument.get_slag(args.kind)
            val = dokument.get_period(work, args.periode)
            eining = dokument.get_unit(work, args.eining)
            doc = dokument.build(work, slag, eining, val)
        except Refusal as refusal:
            raise Stop(refusal.message or f"There is no unit {args.eining!r} to report on.") from refusal
        data = as_file(work, doc, args.format)
    args.ut.write_bytes(data)
    print(f"{args.ut}: {doc.namn}, {doc.eining}, {doc.periodenamn}. {len(doc.bolkar)} sections, {len(doc.ikkje_med)} left out.")
    return 0


def _reader(system: Work, args: argparse.Namespace) -> Work:
    """The work as the asked person, or as one who reads everything."""
    sprak = args.sprak or system.sprak
    if not args.receiver:
        every = frozenset(system.db.scalars(select(Eining.id)))
        return replace(system, grants=Grants({rolle: every for rolle in READS_AS}), sprak=sprak, memo={})  # noqa: C420 - one set, said twice
    person = system.db.scalar(select(Person).where(Person.ansattnr == args.receiver))
    if person is None:
        raise Stop(f"There is no employee {args.receiver!r}.")
    return replace(system, person=person, grants=load_grants(system.db, person.id, system.today), sprak=sprak, memo={})

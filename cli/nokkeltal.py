"""`import nokkeltal FILE`: key figures of units and months from other systems; twice changes nothing."""

import argparse

from sqlalchemy import select

from cli.installation import Installation, Stop
from kjerne.errors import Refused
from kjerne.models import Eining
from rapportar import nokkeltal


def run_import(installation: Installation, args: argparse.Namespace) -> int:
    """Say what the file changes, and write it unless it is a trial or a row is refused. Exit code 1 when a row was refused."""
    if not args.file.is_file():
        raise Stop(f"There is no file {args.file}.")
    raw = args.file.read_bytes()
    door = installation.looking() if args.proveimport else installation.transaction()
    with door as work:
        try:
            read = nokkeltal.plan(work, raw, list(work.db.scalars(select(Eining))))
        except Refused as refused:
            raise Stop(refused.message) from refused
        if not read.feil and not args.proveimport:
            nokkeltal.apply(work, read)
    for number, reason in read.feil:
        print(f"{number:>5}  {reason}")
    if read.hoppa_over:
        print(f"Columns that were passed over: {', '.join(read.hoppa_over)}.")
    print(f"{read.nye} new, {read.endra} changed, {read.uendra} unchanged, {len(read.feil)} refused.")
    if read.feil:
        print("Nothing was written: correct the rows and try again.")
    elif args.proveimport:
        print("A trial: nothing was written.")
    else:
        print("Written." if read.celler else "Nothing had to be changed.")
    return int(bool(read.feil))

"""`import nokkeltal FILE`: key figures of units and months from other systems; twice changes nothing."""

import argparse

from sqlalchemy import select

from administrasjon.actions.plan import State
from cli import svar
from cli.installation import Installation
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from rapportar import nokkeltal


def run_import(installation: Installation, args: argparse.Namespace) -> int:
    """Say what the file changes, and write it unless it is a trial or a row is refused. Exit code 1 when a row was refused."""
    raw = args.file.read_bytes()
    with installation.looking() if args.proveimport else installation.transaction() as work:
        read = nokkeltal.plan(work, raw, list(work.db.scalars(select(Eining))))
        if not read.feil and not args.proveimport:
            nokkeltal.apply(work, read)
    lines = [svar.row_line(number, svar.WORDS[State.FEIL], reason) for number, reason in read.feil]
    lines += [*svar.passed_over(read.hoppa_over), svar.counts(read.nye, read.endra, read.uendra, len(read.feil))]
    if read.feil:
        lines.append(_("Ingenting er skrive. Rett radene og prøv igjen."))
    else:
        lines.append(svar.ending(trial=args.proveimport, changes=len(read.celler)))
    print("\n".join(lines))
    return int(bool(read.feil))

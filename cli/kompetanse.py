"""`import kompetanse FILE`: a course list such as a KS Læring export, matched with persons and catalogue; twice changes nothing."""

import argparse
import json

from cli import svar
from cli.installation import Installation
from kjerne.i18n import gettext as _
from kompetanse.actions.innlesing import UTFALLNAMN, Innlesing, Utfall, apply_import, plan_import


def run_import(installation: Installation, args: argparse.Namespace) -> int:
    """Show what each row is matched with, and write it unless it is a trial. Exit code 1 when a row was refused."""
    raw = args.file.read_bytes()
    with installation.looking() if args.proveimport else installation.transaction() as work:
        plan = plan_import(work, raw, args.file.name)
        if not args.proveimport:
            apply_import(work, plan)
        said = json.dumps(plan.as_json(), ensure_ascii=False) if args.json else _words(plan, trial=args.proveimport)
    print(said)
    return int(bool(plan.count(Utfall.FEIL)))


def _words(plan: Innlesing, *, trial: bool) -> str:
    lines = [
        svar.row_line(row.nummer, UTFALLNAMN[row.utfall], f"{row.person}: {row.kurs}{f' ({row.grunn})' if row.grunn else ''}")
        for row in plan.rader
        if row.utfall is not Utfall.UENDRA
    ]
    lines += [_("Finst ikkje i katalogen: %(namn)s. Rader: %(n)s.", namn=name, n=count) for name, count in plan.unknown_courses()]
    lines += svar.passed_over(plan.hoppa_over)
    new, confirmed = plan.count(Utfall.NY), plan.count(Utfall.STADFEST)
    lines.append(svar.counts(new, confirmed, plan.count(Utfall.UENDRA), plan.count(Utfall.FEIL)))
    return "\n".join([*lines, svar.ending(trial=trial, changes=new + confirmed)])

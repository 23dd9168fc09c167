"""`migrate`, `demo` and `import`: what goes into the database from the command line."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from administrasjon.actions.innlesing import apply_import, plan_import
from administrasjon.actions.plan import ImportPlan, Kind, State
from cli import kompetanse, nokkeltal, omstilling, prosedyrar, svar
from cli.installation import Installation, Stop
from cli.server import require_current
from demo import build
from demo.build import DEMO_AVVIK
from kjerne import innstilling, katalog, migrering
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Innstilling, Person
from kompetanse.actions import ruter
from kompetanse.actions.katalog import load_starter_set as load_competence
from oppdragsbrev.actions import load_starter_set as load_letter

DEMO_SEED = 1


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the commands on the parser."""
    step = commands.add_parser("migrate", help="bring the database to the program's version (backup first)")
    step.set_defaults(run=run_migrate)
    demo = commands.add_parser("demo", help="build the demo municipality in an empty database and write demo.json")
    demo.add_argument("--avvik", type=_count, default=DEMO_AVVIK, help=f"how many cases (default {DEMO_AVVIK})")
    demo.add_argument("--seed", type=_count, default=DEMO_SEED, help="another number gives another municipality")
    demo.set_defaults(run=run_demo)
    load = commands.add_parser(
        "import", help="read units, employees, savings, courses, procedures or key figures; twice changes nothing"
    )
    load.add_argument("kind", choices=[*(kind.value for kind in Kind), "tiltak", "prosedyrar", "kompetanse", "nokkeltal"])
    load.add_argument("file", type=Path)
    load.add_argument("--proveimport", action="store_true", help="show what would change and each bad row; write nothing")
    omstilling.add_options(load)
    prosedyrar.add_options(load)
    load.set_defaults(run=run_import)


def migrate(installation: Installation) -> bool:
    """Go up to the newest step and fill empty reference tables. Returns whether anything had to be done."""
    if migrering.current(installation.databases) == migrering.head():
        return False
    migrering.upgrade(installation.databases)
    with installation.transaction() as work:
        katalog.load_starter_set(work.db)
        load_competence(work.db)
        load_letter(work.db)
        if work.db.get(Innstilling, "sprak") is None:
            innstilling.put(work.db, "sprak", installation.config.sprak)
    return True


def run_migrate(installation: Installation, _args: argparse.Namespace) -> int:
    """Migrate and say where the database stands."""
    done = migrate(installation)
    print(f"The database is at step {migrering.head()}{'' if done else ' already'}.")
    return 0


def is_empty(installation: Installation) -> bool:
    """Whether nobody has put in a unit or a person yet."""
    with installation.databases.reading() as db:
        return db.scalar(select(Person.id).limit(1)) is None and db.scalar(select(Eining.id).limit(1)) is None


def run_import(installation: Installation, args: argparse.Namespace) -> int:
    """Show what the file changes, row by row, and write it unless it is a trial. Exit code 1 when a row was refused."""
    require_current(installation)
    ruter.install()  # who works where is what the competence map rests on
    with svar.our_language(installation):
        for path in [args.file, *args.more]:
            svar.demand_file(path)
        if args.kind == "prosedyrar":
            return prosedyrar.run_import(installation, args)
        if args.more:
            raise Stop(_("Les inn éi fil om gongen."))
        run = {"nokkeltal": nokkeltal.run_import, "kompetanse": kompetanse.run_import, "tiltak": omstilling.run_import}
        return run.get(args.kind, _units_or_people)(installation, args)


def _units_or_people(installation: Installation, args: argparse.Namespace) -> int:
    raw = args.file.read_bytes()
    with installation.looking() if args.proveimport else installation.transaction() as work:
        plan = plan_import(work, args.kind, raw, args.file.name)
        print("\n".join(_lines(plan)))
        if not args.proveimport:
            apply_import(work, plan)
    print(svar.ending(trial=args.proveimport, changes=plan.new + plan.changed))
    return int(bool(plan.bad))


def _lines(plan: ImportPlan) -> Iterator[str]:
    for row in plan.rows:
        if row.state is State.UENDRA:
            continue
        yield svar.row_line(row.number, svar.WORDS[row.state], row.label)
        for diff in row.diffs if row.state is State.ENDRA else ():
            yield svar.under(f"{diff.felt}: {diff.fra or '–'} → {diff.til or '–'}")
        yield from (svar.under(reason) for reason in row.reasons)
    yield from svar.passed_over(plan.passed_over)
    yield svar.counts(plan.new, plan.changed, plan.unchanged, len(plan.bad))


def load_demo(installation: Installation, avvik: int = DEMO_AVVIK, seed: int = DEMO_SEED) -> None:
    """Build the demo municipality. Raises `Refused` when there are units, people or cases already."""
    build.build(installation.databases, installation.config, avvik=avvik, seed=seed)


def run_demo(installation: Installation, args: argparse.Namespace) -> int:
    """Build it and say where the logins are."""
    require_current(installation)
    load_demo(installation, args.avvik, args.seed)
    print(f"The demo municipality is built. Logins: {installation.config.data_dir / 'demo.json'}")
    return 0


def _count(raw: str) -> int:
    """A whole number of at most seven digits."""
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 7):
        raise argparse.ArgumentTypeError(f"a whole number, not {raw[:20]!r}")
    return int(raw)

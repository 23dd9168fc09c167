"""`user`: the first administrator, a new password, a closed account. All else is done in the pages."""

import argparse
import getpass
import sys

from sqlalchemy import select

from cli.installation import Installation, Stop
from cli.server import require_current
from kjerne import log
from kjerne.access import DERIVED, Rolle
from kjerne.models import Eining, Person, PersonEining, Tilgang
from kjerne.work import Work
from konto import actions


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the command and its three steps on the parser."""
    user = commands.add_parser("user", help="make the first administrator, set a password, close an account")
    steps = user.add_subparsers(required=True, metavar="STEP")
    add = steps.add_parser("legg-til", help="add a person with a role on a unit")
    add.add_argument("--ansattnr", required=True, help="employee number, also the user name")
    add.add_argument("--namn", required=True)
    add.add_argument("--epost", default=None)
    add.add_argument("--rolle", required=True, choices=sorted(r.value for r in Rolle if r not in DERIVED | {Rolle.REVISOR}))
    add.add_argument("--eining", required=True, metavar="KODE", help="the unit's code; the role holds for all below it")
    add.add_argument("--einingsnamn", default=None, help="name of the top unit, when there are no units yet")
    add.set_defaults(run=run_add)
    secret = steps.add_parser("passord", help="set a new password; all the person's sessions end")
    secret.add_argument("--ansattnr", required=True)
    secret.set_defaults(run=run_password)
    close = steps.add_parser("deaktiver", help="close an account at once")
    close.add_argument("--ansattnr", required=True)
    close.set_defaults(run=run_close)


def run_add(installation: Installation, args: argparse.Namespace) -> int:
    """Add the person, her role and a first password (asked for, or one line on standard input)."""
    require_current(installation)
    password = _ask_password()
    with installation.transaction() as work:
        eining = _unit(work, args.eining, args.einingsnamn)
        person = actions.create_person(work, ansattnr=args.ansattnr, namn=args.namn, epost=args.epost)
        work.db.add(PersonEining(person_id=person.id, eining_id=eining.id, hovud=True))
        work.db.add(Tilgang(person_id=person.id, eining_id=eining.id, rolle=args.rolle, gjeld_fra=work.today))
        actions.set_password(work, person, password)
        log.record(work, "person", person.id, "tilgang:gitt", rolle=args.rolle, eining=eining.id)
    print(f"{args.namn} can log in as {args.ansattnr}: {args.rolle} on {args.eining}.")
    return 0


def run_password(installation: Installation, args: argparse.Namespace) -> int:
    """Set a password."""
    require_current(installation)
    password = _ask_password()
    with installation.transaction() as work:
        actions.set_password(work, _person(work, args.ansattnr), password)
    print("The password is set; all earlier sessions have ended.")
    return 0


def run_close(installation: Installation, args: argparse.Namespace) -> int:
    """Close an account."""
    require_current(installation)
    with installation.transaction() as work:
        actions.disable(work, _person(work, args.ansattnr))
    print("The account is closed; all sessions have ended.")
    return 0


def _unit(work: Work, kode: str, namn: str | None) -> Eining:
    found = work.db.scalars(select(Eining).where(Eining.kode == kode)).one_or_none()
    if found is not None:
        return found
    if work.db.scalar(select(Eining.id).limit(1)) is not None:
        raise Stop(f"There is no unit with the code {kode}.")
    if not namn:
        raise Stop("There are no units yet: say --einingsnamn too, and the top unit is made. Or import the units first.")
    top = Eining(kode=kode, namn=namn, niva="sektor")
    work.db.add(top)
    work.db.flush()
    top.sti = f"/{top.id}/"
    log.record(work, "eining", top.id, "eining:laga")
    return top


def _person(work: Work, ansattnr: str) -> Person:
    found = work.db.scalars(select(Person).where(Person.ansattnr == ansattnr)).one_or_none()
    if found is None:
        raise Stop(f"There is nobody with the employee number {ansattnr}.")
    return found


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != first:
        raise Stop("The two were not alike. Nothing was changed.")
    return first

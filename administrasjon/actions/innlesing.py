"""Import in two steps: a plan that changes nothing, then doing exactly what the plan says."""

from administrasjon.actions import import_einingar, import_personar
from administrasjon.actions.plan import ImportPlan, ImportResult, Kind
from kjerne import log
from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.work import Work


def plan_import(work: Work, kind: Kind | str, data: bytes, filename: str) -> ImportPlan:
    """What a CSV or XLSX file would change, row by row. Raises `Refused` when the whole file cannot be read.

    A person sees and changes the units she holds the right on; the system (the command line) all.
    """
    chosen = Kind(kind)
    scope = None if work.person is None else work.units(right_for(chosen))
    planner = import_einingar.plan if chosen is Kind.EININGAR else import_personar.plan
    return planner(work.db, data, filename, work.today, scope)


def right_for(kind: Kind) -> Right:
    """The right an import needs."""
    return Right.EINING_SKRIV if kind is Kind.EININGAR else Right.PERSON_SKRIV


def apply_import(work: Work, plan: ImportPlan) -> ImportResult:
    """Do what the plan says; bad rows are left out. The same file again changes nothing."""
    if work.person is not None and not work.has(right_for(plan.kind)):
        raise NotFound
    doer = import_einingar.apply if plan.kind is Kind.EININGAR else import_personar.apply
    doer(work, plan)
    result = ImportResult(plan.new, plan.changed, plan.unchanged, len(plan.bad))
    if result.changes:
        log.record(
            work,
            "innlesing",
            plan.kind.value,
            "innlesing:skriven",
            nye=result.new,
            endra=result.changed,
            feil=result.bad,
        )
    return result

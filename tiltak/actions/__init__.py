"""What can be done with measures. All writing happens here; every name those above call stands in this list."""

from tiltak.actions.make import Plan, add_origin, create_tiltak, edit, set_risk, shield
from tiltak.actions.order import add_dependency, drop_dependency, move, put_back
from tiltak.actions.skriving import check_version
from tiltak.actions.steps import accept, cancel, evaluate, is_settled, mark_done, postpone, return_back, start

__all__ = [
    "Plan",
    "accept",
    "add_dependency",
    "add_origin",
    "cancel",
    "check_version",
    "create_tiltak",
    "drop_dependency",
    "edit",
    "evaluate",
    "is_settled",
    "mark_done",
    "move",
    "postpone",
    "put_back",
    "return_back",
    "set_risk",
    "shield",
    "start",
]

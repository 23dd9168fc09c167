"""What can be done with a case: one function per thing a person does. All writing happens here."""

from avvik.actions.close import Lukking, bulk_close, close_avvik, closing_facts, object_to, reject, reopen, set_outcome
from avvik.actions.dialogue import answer_question, answer_reporter, ask_reporter, comment, open_name
from avvik.actions.duplikat import mark_duplicate
from avvik.actions.duties import decide_duty, open_duty, set_known
from avvik.actions.handle import (
    add_cause,
    add_measure,
    assign,
    attach_file,
    classify,
    escalate,
    forward,
    link_cases,
    mark_concerns_leader,
    mark_whistleblowing,
    start,
    wait_for_effect,
)
from avvik.actions.melding import Melding, tracking_code
from avvik.actions.report import Kvittering, report_avvik

__all__ = [
    "Kvittering",
    "Lukking",
    "Melding",
    "add_cause",
    "add_measure",
    "answer_question",
    "answer_reporter",
    "ask_reporter",
    "assign",
    "attach_file",
    "bulk_close",
    "classify",
    "close_avvik",
    "closing_facts",
    "comment",
    "decide_duty",
    "escalate",
    "forward",
    "link_cases",
    "mark_concerns_leader",
    "mark_duplicate",
    "mark_whistleblowing",
    "object_to",
    "open_duty",
    "open_name",
    "reject",
    "reopen",
    "report_avvik",
    "set_known",
    "set_outcome",
    "start",
    "tracking_code",
    "wait_for_effect",
]

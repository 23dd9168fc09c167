"""What can be done with letters and evidence. All writing happens here; every name the pages call stands in this list."""

from oppdragsbrev.actions.bevis import THRESHOLD_MAX, change_rule, keep_lights
from oppdragsbrev.actions.brev import Fristar, choose, close, issue, make_letter, next_year, set_deadlines
from oppdragsbrev.actions.dokument import Dokument, Kuletekst, Punkttekst, save_letter, save_template
from oppdragsbrev.actions.levering import accept, ask, deliver, return_back, set_deadline
from oppdragsbrev.actions.mal import load_starter_set, make_template, retire_template
from oppdragsbrev.actions.svar import answer, attach, delegate, detach, link, unlink

__all__ = [
    "THRESHOLD_MAX",
    "Dokument",
    "Fristar",
    "Kuletekst",
    "Punkttekst",
    "accept",
    "answer",
    "ask",
    "attach",
    "change_rule",
    "choose",
    "close",
    "delegate",
    "deliver",
    "detach",
    "issue",
    "keep_lights",
    "link",
    "load_starter_set",
    "make_letter",
    "make_template",
    "next_year",
    "retire_template",
    "return_back",
    "save_letter",
    "save_template",
    "set_deadline",
    "set_deadlines",
    "unlink",
]

"""What can be done with procedures; all writing happens here. Those above import from here."""

from prosedyrar.actions.dokument import begin_version, change_information, create_prosedyre, save_draft
from prosedyrar.actions.livslop import confirm_review, publish, retire, return_back, submit, throw_away, withdraw
from prosedyrar.actions.onske import decline, request_revision, take_up

__all__ = [
    "begin_version",
    "change_information",
    "confirm_review",
    "create_prosedyre",
    "decline",
    "publish",
    "request_revision",
    "retire",
    "return_back",
    "save_draft",
    "submit",
    "take_up",
    "throw_away",
    "withdraw",
]

"""What can be done with procedures; all writing happens here. Those above import from here."""

from prosedyrar.actions.dokument import begin_version, change_information, create_prosedyre, save_draft
from prosedyrar.actions.livslop import publish, submit
from prosedyrar.actions.onske import decline, request_revision

__all__ = [
    "begin_version",
    "change_information",
    "create_prosedyre",
    "decline",
    "publish",
    "request_revision",
    "save_draft",
    "submit",
]

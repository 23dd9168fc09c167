"""A maker of cases: filed through the action, valid by default, with only what the test is about said out loud."""

import uuid
from datetime import timedelta
from typing import Any

from avvik.actions import Melding, report_avvik
from avvik.models import Avvik
from kjerne.models import Eining
from kjerne.work import Work


def report(work: Work, eining: Eining, **values: Any) -> Avvik:
    """File a case as the person of `work`: a fall without injury two hours ago, severity 2."""
    said: dict[str, Any] = {
        "nokkel": str(uuid.uuid4()),
        "eining_id": eining.id,
        "hendt": work.now - timedelta(hours=2),
        "hovudtype": "pasient_brukar",
        "underkategori": "fall_utan_skade",
        "skildring": "Bebuaren sklei på badet og sette seg på golvet.",
        "alvor": 2,
    }
    return report_avvik(work, Melding(**{**said, **values})).avvik

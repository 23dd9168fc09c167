"""What must fit together inside one row of a reference table: sentences by field. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l

Values = Mapping[str, Any]
Faults = dict[str, Lazy]
_PLAIN = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ð": "d", "þ": "t"})
MAX_CODE = 50


def code_from(text: str) -> str:
    """A code of a nynorsk name: small ASCII letters, digits and underscores. Empty when nothing is left."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:MAX_CODE].strip("_")


def _deadlines(values: Values) -> Faults:
    found: Faults = {}
    if values["start_dagar"] > values["lukking_dagar"]:
        found["start_dagar"] = _l("Behandlinga må vere i gang før saka skal vere lukka.")
    if values["eskaler_sektor_dagar"] < values["eskaler_dagar"]:
        found["eskaler_sektor_dagar"] = _l("Toppen av sektoren kan ikkje få vite det før leiaren over.")
    return found


def _duty(values: Values) -> Faults:
    if values["frist_timar"] and values["frist_arbeidsdagar"]:
        return {"frist_arbeidsdagar": _l("Vel anten timar eller arbeidsdagar, ikkje begge.")}
    return {}


def _trigger(values: Values) -> Faults:
    if not values["hovudtype"] and not values["underkategori"]:
        return {"hovudtype": _l("Vel ein hovudtype eller ein kategori. Elles ville plikta kome på alle saker.")}
    return {}


def _extra_field(values: Values) -> Faults:
    lists = [[one for one in str(values[f"val_{code}"]).split("|") if one] for code in ("nn", "nb", "en")]
    if values["type"] != "val":
        return (
            {"val_nn": _l("Svar å velje mellom høyrer berre til «Val frå liste». Tøm felta, eller vel det.")} if any(lists) else {}
        )
    if len(lists[0]) < 2:
        return {"val_nn": _l("Skriv minst to svar å velje mellom.")}
    if len({len(one) for one in lists}) > 1:
        return {"val_nb": _l("Det må vere like mange svar på alle tre språka.")}
    if len(set(lists[0])) < len(lists[0]):
        return {"val_nn": _l("To av svara er like.")}
    return {}


def _retention(values: Values) -> Faults:
    if values["bevar"] and values["ar"]:
        return {"ar": _l("Det som blir teke vare på for alltid, har ikkje noko tal på år.")}
    if values["ar"] and not values["reknast_fra"]:
        return {"reknast_fra": _l("Vel kva åra blir rekna frå.")}
    return {}


CHECKS: Mapping[str, Callable[[Values], Faults]] = {
    "frist": _deadlines,
    "meldeplikt": _duty,
    "meldeplikt_kopling": _trigger,
    "tilleggsfelt": _extra_field,
    "oppbevaring": _retention,
}


def faults(tabell: str, values: Values) -> Faults:
    """What does not fit together in a row: column → sentence."""
    check = CHECKS.get(tabell)
    return check(values) if check else {}

"""The columns of an analysis' workbook: the same table writes the file and reads it back, in any of the three languages."""

from collections.abc import Mapping

from kjerne.i18n import SPRAK, Lazy, language
from kjerne.i18n import lazy as _l
from ros.queries.sett import Skala
from ros.rules import Akse

NR, VERSJON = "nr", "versjon"
TEXT_COLUMNS: dict[str, Lazy] = {
    "hending": _l("Uønskt hending"),
    "omrade": _l("Område"),
    "kategori": _l("Slag avvik (kode)"),
    "arsaker": _l("Årsaker"),
    "sarbarheit": _l("Sårbarheit"),
    "barrierar": _l("Barrierar som hindrar hendinga"),
    "dempande": _l("Barrierar som dempar følgjene"),
    "grunngiving": _l("Grunngiving for vurderinga"),
    "uvisse": _l("Uvisse (lag, middels, hog)"),
}
LEVEL_COLUMNS: dict[str, Lazy] = {"sannsyn": _l("Sannsyn før tiltak"), "rest_sannsyn": _l("Sannsyn etter tiltak")}
HEAD: dict[str, Lazy] = {NR: _l("Nr"), VERSJON: _l("Versjon")}
BEFORE, AFTER = _l("%(akse)s før tiltak"), _l("%(akse)s etter tiltak")


def columns(skala: Skala, aksar: tuple[Akse, ...]) -> dict[str, str]:
    """Column code → heading in the language in force, in the file's order."""
    found = {code: str(text) for code, text in (HEAD | TEXT_COLUMNS).items()}
    found["sannsyn"] = str(LEVEL_COLUMNS["sannsyn"])
    found |= {f"k_{akse.value}": BEFORE % {"akse": skala.namn(akse.value)} for akse in aksar}
    found["rest_sannsyn"] = str(LEVEL_COLUMNS["rest_sannsyn"])
    return found | {f"r_{akse.value}": AFTER % {"akse": skala.namn(akse.value)} for akse in aksar}


def known(skala: Skala, aksar: tuple[Akse, ...]) -> Mapping[str, str]:
    """Every heading that is understood, lower-cased: the code itself and its name in each language."""
    found: dict[str, str] = {}
    for sprak in SPRAK:
        with language(sprak):
            for code, heading in columns(skala, aksar).items():
                found[heading.casefold()] = code
                found[code] = code
    return found

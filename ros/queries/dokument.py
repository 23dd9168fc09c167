"""An analysis as one document: what an approved edition keeps, and what paper and edition page are drawn from."""

import hashlib
import json
from typing import Any

from ros.queries.analyse import Lese, Rad
from ros.queries.sett import KONSEKVENS, SANNSYN, Skala

SPRAK = ("nn", "nb", "en")


def as_document(lese: Lese) -> dict[str, Any]:
    """The whole analysis in plain values. Words of scales in three languages: an edition is read in the reader's."""
    a = lese.analyse
    return {
        "tittel": a.tittel,
        "slag": a.slag,
        "eining": lese.eining.namn,
        "einingar": [unit.namn for unit in lese.einingar],
        "foremal": a.foremal,
        "omfang": a.omfang,
        "deltakarar": [namn for _id, namn in lese.deltakarar],
        "deltakarar_tekst": a.deltakarar,
        "kriterium": a.kriterium,
        "mote": a.mote.isoformat() if a.mote else None,
        "neste_revisjon": a.neste_revisjon.isoformat(),
        "laga_av": lese.namn.get(a.laga_av_id, ""),
        "aksar": [akse.value for akse in lese.aksar],
        "skala": _scale(lese.skala, [SANNSYN, KONSEKVENS, *(akse.value for akse in lese.aksar)]),
        "grid": {f"{s}-{k}": colour.value for (s, k), colour in sorted(lese.skala.grid.items())},
        "rader": [_row(lese, rad) for rad in lese.rader],
    }


def _scale(skala: Skala, akser: list[str]) -> dict[str, list[dict[str, str]]]:
    return {
        akse: [
            {code: getattr(skala.niva[akse, level], code) for code in (*SPRAK, *(f"def_{code}" for code in SPRAK))}
            for level in range(6)
        ]
        for akse in akser
    }


def _row(lese: Lese, rad: Rad) -> dict[str, Any]:
    row = rad.row
    return {
        "nr": row.nr,
        "omrade": row.omrade,
        "hending": row.hending,
        "kategori": row.kategori,
        "arsaker": row.arsaker,
        "sarbarheit": row.sarbarheit,
        "barrierar": row.barrierar,
        "dempande": row.dempande,
        "sannsyn": row.sannsyn,
        "verdi": {akse.value: level for akse, level in rad.verdi.items()},
        "konsekvens": row.konsekvens,
        "risiko": row.risiko,
        "farge": row.farge,
        "grunngiving": row.grunngiving,
        "uvisse": row.uvisse,
        "rest_sannsyn": row.rest_sannsyn,
        "rest_verdi": {akse.value: level for akse, level in rad.rest.items()},
        "rest_konsekvens": row.rest_konsekvens,
        "rest_risiko": row.rest_risiko,
        "rest_farge": row.rest_farge,
        "godteke_av": lese.namn.get(row.godteke_av_id or 0, ""),
        "godteke_tid": row.godteke_tid.isoformat() if row.godteke_tid else None,
        "godteke_grunn": row.godteke_grunn,
        "tiltak": [
            {
                "nr": line.tiltak.id,
                "tittel": line.tiltak.tittel,
                "type": line.tiltak.type,
                "ansvarleg": line.ansvarleg,
                "frist": line.tiltak.frist.isoformat(),
                "kostnad": line.tiltak.kostnad,
                "status": line.tiltak.status,
            }
            for line in rad.tiltak
        ],
    }


def checksum(document: dict[str, Any]) -> str:
    """SHA-256 of the document, written the one way."""
    said = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()

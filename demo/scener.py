"""The cases that every demo has, however few: the first leader's inbox, the first tilsett's own, and one of each rare kind."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from demo.organisasjon import FIRST_LEADER, NEIGHBOUR, Unit
from demo.personar import Folk
from demo.plan import Plan, pick_reporter
from demo.roller import Rollar
from kjerne.access import Rolle
from kjerne.clock import oslo_date

__all__ = ["SCENER", "stage"]


@dataclass(frozen=True)
class Scene:
    """One told case: where, days ago, what, how bad, where it stands; `eigen`: filed by the first tilsett."""

    eining: str
    dagar: float
    hovudtype: str
    underkategori: str
    alvor: int
    steg: str
    eigen: bool = False
    anonym: bool = False
    konfidensiell: bool = False
    gjeld_leiar: bool = False
    mogleg: int | None = None
    serie: int = 1


_HER: Final = FIRST_LEADER
_P: Final = "pasient_brukar"
#: Shown first when there is room for few only.
SCENER: Final = (
    Scene(_HER, 0.25, _P, "fall_utan_skade", 1, "meld", eigen=True),
    Scene(_HER, 2.2, _P, "legemiddel_feil_dose", 4, "meld"),
    Scene(_HER, 3.4, _P, "legemiddel_multidose", 2, "sporsmal", eigen=True),
    Scene(_HER, 9.3, "organisasjon", "bemanning_underskudd", 2, "under_behandling", eigen=True),
    Scene(_HER, 33.0, _P, "pleie_manglande", 2, "lukka", eigen=True),
    Scene(_HER, 71.2, _P, "legemiddel_ikkje_gitt", 2, "lukka", eigen=True, serie=4),
    Scene(_HER, 0.6, _P, "legemiddel_ikkje_gitt", 1, "meld", serie=3),
    Scene(_HER, 1.3, _P, "observasjon_oppfolging", 2, "meld"),
    Scene(_HER, 5.2, _P, "fall_med_skade", 3, "under_behandling"),
    Scene(_HER, 6.4, _P, "velferdsteknologi", 4, "under_behandling"),
    Scene(_HER, 12.1, _P, "dokumentasjon", 2, "under_behandling"),
    Scene(_HER, 24.6, _P, "smitte_hygiene", 2, "tiltak"),
    Scene(_HER, 31.0, _P, "ernaering", 3, "tiltak"),
    Scene(_HER, 41.4, "samhandling", "utskriving", 2, "tiltak"),
    Scene(_HER, 55.3, _P, "legemiddel_feil_tid", 2, "ventar_effekt"),
    Scene(NEIGHBOUR, 1.1, _P, "fall_utan_skade", 1, "meld"),
    Scene(NEIGHBOUR, 16.2, _P, "legemiddel_feil_person", 5, "koordinator", mogleg=5),
    Scene("HO-HJ-02", 4.1, _P, "forverring_ikkje_oppdaga", 4, "koordinator"),
    Scene("HO-BU-01", 8.3, _P, "overgrep_krenking", 4, "koordinator"),
    Scene("HO-IT-05", 6.2, "hms", "vald_trussel_tilsett", 3, "under_behandling"),
    Scene("HO-IT-05", 48.2, "hms", "vald_trussel_tilsett", 3, "lukka"),
    Scene("HO-HJ-02", 1.4, "info_personvern", "feilsending", 2, "under_behandling"),
    Scene("HO-HT-02", 83.1, "info_personvern", "feilsending", 3, "lukka"),
    Scene("HO-HJ-01", 120.2, "info_personvern", "uvedkomande_innsyn", 2, "lukka"),
    Scene("HO-HJ-03", 10.3, "hms", "psykososialt", 3, "under_behandling", gjeld_leiar=True, konfidensiell=True),
    Scene("HO-BU-04", 7.2, "hms", "arbeidstid", 2, "meld", konfidensiell=True),
    Scene("HO-HJ-02", 5.3, "organisasjon", "bemanning_underskudd", 3, "under_behandling", anonym=True),
    Scene("HO-BU-06", 18.4, "hms", "psykososialt", 3, "varsel", anonym=True),
    Scene("HO-IT-01", 27.2, "bygg_utstyr", "reinhald_bygg", 1, "avvist"),
    Scene("HO-IT-01", 61.2, _P, "fall_utan_skade", 2, "gjenopna", serie=2),
    Scene("HO-HJ-02", 44.2, _P, "besok_uteblive", 2, "innvending"),
    Scene("HO-HT-05", 14.2, "brann", "roming", 2, "under_behandling"),
)


def stage(rng: random.Random, all_units: list[Unit], folk: Folk, rollar: Rollar, *, now: datetime, tal: int) -> list[Plan]:
    """The first `tal` of the told cases as plans."""
    units = {unit.kode: unit for unit in all_units}
    own = rollar.holder(Rolle.TILSETT)
    plans = []
    for scene in SCENER[:tal]:
        unit = units[scene.eining]
        meldt = now - timedelta(days=scene.dagar)
        others = [person for person in folk.i_eining[unit.id] if not person.roller and person is not own]
        plans.append(
            Plan(
                meldt=meldt,
                hendt=meldt - timedelta(minutes=rng.randint(10, 150)),
                eining=unit,
                hovudtype=scene.hovudtype,
                underkategori=scene.underkategori,
                art="uonskt_hending" if scene.alvor >= 3 else "avvik",
                alvor=scene.alvor,
                alvor_mogleg=scene.mogleg,
                meldar=own if scene.eigen else pick_reporter(rng, others, oslo_date(meldt)),
                svar_dagar=0.4,
                slutt_dagar=min(scene.dagar * 0.5, 21),
                anonym=scene.anonym,
                konfidensiell=scene.konfidensiell,
                gjeld_leiar=scene.gjeld_leiar,
                serie_tal=scene.serie,
                steg=scene.steg,
            )
        )
    return plans

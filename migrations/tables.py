"""Every module with tables, imported by name, so that `Base.metadata` holds the whole schema."""

import administrasjon.models
import avvik.models
import avvik.models_kassasjon
import kjerne.katalog
import kjerne.models
import kompetanse.models
import krav.models
import oppdragsbrev.models
import prosedyrar.models
import prosedyrar.models.behov
import prosedyrar.models.innlesing
import rapportar.models
import register.models
import ros.models
import tiltak.models
from kjerne.db import Base

MODULES = (
    administrasjon.models,
    avvik.models,
    avvik.models_kassasjon,
    kjerne.katalog,
    kjerne.models,
    kompetanse.models,
    krav.models,
    oppdragsbrev.models,
    prosedyrar.models,
    prosedyrar.models.behov,
    prosedyrar.models.innlesing,
    rapportar.models,
    register.models,
    ros.models,
    tiltak.models,
)
metadata = Base.metadata

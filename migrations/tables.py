"""Every module with tables, imported by name, so that `Base.metadata` holds the whole schema."""

import administrasjon.models
import avvik.models
import kjerne.katalog
import kjerne.models
import prosedyrar.models
import prosedyrar.models.behov
import rapportar.models
import register.models
import ros.models
import tiltak.models
from kjerne.db import Base

MODULES = (
    administrasjon.models,
    avvik.models,
    kjerne.katalog,
    kjerne.models,
    prosedyrar.models,
    prosedyrar.models.behov,
    rapportar.models,
    register.models,
    ros.models,
    tiltak.models,
)
metadata = Base.metadata

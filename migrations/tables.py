"""Every module with tables, imported by name, so that `Base.metadata` holds the whole schema."""

import administrasjon.models
import avvik.models
import kjerne.katalog
import kjerne.models
import prosedyrar.models
import rapportar.models
import tiltak.models
from kjerne.db import Base

MODULES = (administrasjon.models, avvik.models, kjerne.katalog, kjerne.models, prosedyrar.models, rapportar.models, tiltak.models)
metadata = Base.metadata

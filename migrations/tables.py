"""Every module with tables, imported by name, so that `Base.metadata` holds the whole schema."""

import kjerne.katalog
import kjerne.models
from kjerne.db import Base

MODULES = (kjerne.katalog, kjerne.models)
metadata = Base.metadata

"""Running the system: units, people, roles, import, settings, log. Nouns: eining, person, tilgang, innlesing, innstilling."""

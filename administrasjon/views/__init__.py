"""The pages of running the system: units, people, import, access, log, letters, settings."""

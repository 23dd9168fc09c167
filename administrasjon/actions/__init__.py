"""What can be done in running the system: units, people, roles, import, settings."""

"""The core every domain stands on: access, transactions, time, language, log, mail, files and reference data."""

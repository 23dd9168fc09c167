"""Rules of reports: periods and rhythms, the parts a report consists of, key figures, and when a unit has gone quiet. Pure."""

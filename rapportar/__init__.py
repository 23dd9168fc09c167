"""Reports on paper: made by the clock, kept in an archive with their checksum, sent as a link."""

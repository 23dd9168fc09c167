"""What the clock starts for cases and drafts."""

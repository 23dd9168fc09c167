"""What can be read in running the system, each within the reader's units."""

"""The front page: what each role needs first. Packages offer their cards in a table."""

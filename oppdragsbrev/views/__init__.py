"""The pages of the letter and its evidence."""

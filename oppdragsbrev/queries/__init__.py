"""What can be read of the letter and its evidence."""

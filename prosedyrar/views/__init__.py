"""The pages of the procedure library."""

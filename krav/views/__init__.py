"""The pages of the legal duties."""

"""The pages of risk analyses: fetch, read what was typed, act, go back."""

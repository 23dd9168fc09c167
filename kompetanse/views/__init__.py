"""The pages of competence, one file for each thing a person comes for."""

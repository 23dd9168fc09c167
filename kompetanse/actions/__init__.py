"""What can be done with competence. All writing happens in the files of this folder."""

"""The pages of a case: file it, find it, handle it, close it."""

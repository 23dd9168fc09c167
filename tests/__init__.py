"""Tests: the folders mirror the packages; tests that walk the whole program lie here at the top."""

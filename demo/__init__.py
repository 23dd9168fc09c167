"""The fictional municipality: its units, people and deviations, made from a seed. Nothing here describes anybody real."""

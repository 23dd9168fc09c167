"""What can be read of competence: the catalogue, needs, people's evidence, the gap map, plans."""

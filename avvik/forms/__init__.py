"""What people may type about a case."""

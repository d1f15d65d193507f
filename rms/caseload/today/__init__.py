"""Today: what waits for my teams, most urgent first, each with its reason."""

"""People and their results as the strings their pages show."""

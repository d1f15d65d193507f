"""Notes about people: written on a person's page, and those that a colleague handed over, which wait until they are read."""

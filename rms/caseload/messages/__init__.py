"""Messages to people: what was sent, what waits, what failed or is held, each with its reason."""

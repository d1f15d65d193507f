"""What climbed to the service manager because nobody acted: enough to get somebody to act, and nobody's record."""

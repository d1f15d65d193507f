"""Who did what and who looked: written with the change itself, sealed each minute, never edited."""

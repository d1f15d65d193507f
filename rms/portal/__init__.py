"""A person's pages: is this you, the questions, check, sent. Made for a phone, an unsteady hand and no scripts."""

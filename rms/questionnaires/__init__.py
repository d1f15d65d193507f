"""Questionnaires: what is asked of a person, which question comes next, and what the answers add up to."""

"""Protocols and questionnaires as a clinician reads and signs them off."""

"""The systems we exchange messages with, and whether each works."""

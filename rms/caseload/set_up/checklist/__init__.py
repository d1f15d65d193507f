"""What is set up and what is still missing, in one list."""

"""What must be told to the register and others: written with the change itself, delivered afterwards, in order."""

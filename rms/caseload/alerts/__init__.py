"""One alert: why it is there, what was done about it, taking it, ending it with an outcome."""

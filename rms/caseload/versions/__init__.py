"""A newer version of a protocol is signed off: who stands on an older one, what a move would do for each, and the moves."""

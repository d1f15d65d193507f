"""Changing a running plan for one person: what is different, the dates that move with it, then the button."""

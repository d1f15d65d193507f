"""Teams: how each is called and reached, and what stands at the head of its letters."""

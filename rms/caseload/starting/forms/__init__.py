"""What is typed on the pages of starting follow-up, as values or as every fault in it at once. Must not query."""

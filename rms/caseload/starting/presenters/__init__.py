"""The pages of starting follow-up as strings. Must not query or decide."""

"""Laboratory messages that nobody could file: what they say, who might be meant, read again or not ours."""

"""The letters that wait to be printed, and saying that one was."""

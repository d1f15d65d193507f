"""The list a team prints to work from when RMS is down."""

"""Set-up by a trust itself: people, teams, leave, connections, imports, wording, sign-offs, and what is still missing."""

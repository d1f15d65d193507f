"""Made-up people, the story, and stand-ins for outside systems; never imported by anything that runs live."""

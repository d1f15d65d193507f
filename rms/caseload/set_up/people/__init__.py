"""People who may sign in: who they are, their role and teams, and the codes they begin with."""

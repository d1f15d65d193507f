"""Starting follow-up: who is ready for it, why somebody is not, a plan in three pages, and a person added by hand."""

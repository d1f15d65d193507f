"""People and caseloads from a file: checked, reviewed, approved."""

"""What is typed on the pages about people."""

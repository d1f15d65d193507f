"""Tests and questionnaires that have not come back, and what came of calling about them."""

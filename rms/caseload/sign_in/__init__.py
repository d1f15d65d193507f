"""Signing in and out, setting up an account, and one's own account."""

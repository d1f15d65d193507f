"""Protocols, plans, steps and the dates they come to.

A protocol version never changes; a person's plan is that version plus overrides; what holds for the person is computed
in one function (`schedule.effective`). This room must not know results, answers or pages.
"""

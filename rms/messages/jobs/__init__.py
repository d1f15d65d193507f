"""The worker's duties of this room: send what may leave, ask about what is not known, ask for what is not printed."""

from rms.messages.jobs.asking import ask_due
from rms.messages.jobs.outbox import Links, Outbox
from rms.messages.jobs.printing import chase_printing
from rms.messages.jobs.sending import send_due

__all__ = ["Links", "Outbox", "ask_due", "chase_printing", "send_due"]

"""The doors of this room. Pages come here; nothing else does."""

from rms.portal.actions.answering import ask_for_call, leave, look
from rms.portal.actions.letting_in import come_in, greet, send_new_link, stop_wrong_link

__all__ = [
    "ask_for_call",
    "come_in",
    "greet",
    "leave",
    "look",
    "send_new_link",
    "stop_wrong_link",
]

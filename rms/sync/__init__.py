"""The outside world: how messages of other systems are read, kept and answered.

Nouns: frame (what came over the wire), message (what it says), note (what is odd about it, and where), peer, inbox.
The listener, the worker's jobs and the command line call this room; the rooms below it never see a wire format.
"""

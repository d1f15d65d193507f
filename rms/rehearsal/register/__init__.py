"""Registers to rehearse with: a small one of our own that keeps a log and errs to order, and a real FHIR server's
router to be judged by (medplum). A proxy between us and either cuts connections.

`python -m rms.rehearsal.register.server --port 0 --log FILE` prints `{"port": ..., "url": ...}` and serves till killed.
It shares no code with the gateway in `rms/sync`, so that it can judge it: what stands in its log was taken.

    POST /             a transaction bundle: POST entries, with ifNoneExist or without, and PUT entries; all or nothing
    GET  /{type}       everything of a type, or by ?identifier=system|value
    GET  /{type}/{id}  one resource
    GET  /metadata     what it can do
    GET  /_log         the transactions it took, in order
    POST /_faults      {"faults": [Fault, ...]}, see `script.py`; replaces what was ordered before
"""

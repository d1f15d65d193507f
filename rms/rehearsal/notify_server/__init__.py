"""A stand-in for GOV.UK Notify and Twilio on this machine: real wire format, a log of what it took, faults to order.

`python -m rms.rehearsal.notify_server --port 0 --log FILE` prints `{"port": ..., "url": ...}` and serves until killed.
It shares no code with the clients in `rms/messages`, so that it can judge them: what stands in its log was sent.

    POST /v2/notifications/sms|email      GET /v2/notifications[?reference=]      GET /v2/notifications/{id}
    POST, GET /2010-04-01/Accounts/{sid}/Messages.json
    GET /_log        what was accepted, in order
    POST /_faults    {"faults": [Fault, ...], "receipts": [ReceiptRule, ...]}; either may be left out, each replaces
"""

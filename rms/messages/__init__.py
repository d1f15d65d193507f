"""Messages to people, GP practices and staff: what is written, how it leaves, and what we know about its arrival.

Pure: `model`, `lifecycle` (legal moves), `gsm` (how long a text is), `catalogue` (the wording on disk), `compose`,
`lint`. Doors to the outside: `gateway` (the promise), `notify` (GOV.UK Notify), `twilio_sms`, `letters` (PDF/UA).
This room decides nothing clinical: a decision in a room above asks for a message with a purpose and facts.
"""

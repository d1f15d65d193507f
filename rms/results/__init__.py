"""Results: what a laboratory, a scanner or a clinic reported, in versions, and whose and which step's it is.

Nouns: identity (how a sender names a person), observation (one reported thing as understood), quantity, result version,
code map (what a sender's codes mean). `sync` and `followup` call this room; it knows no wire format and no plan.
"""

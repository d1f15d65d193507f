"""The story: one man's follow-up from the register to the register, played through the real doors.

`stage` sets up the trusts and starts every process; `scenes` plays; `clockwork` lets days pass until every duty has run
dry; `expected` says independently what should come of the values; `look` compares with what the outside saw.
"""

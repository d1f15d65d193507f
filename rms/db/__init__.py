"""The database room: the engine and its transaction, the embedded server, organisation scope, the migrations runner.

It knows no table of any room and decides nothing; everything above it reaches PostgreSQL through it.
"""

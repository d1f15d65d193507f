"""RMS: remote monitoring for personalised stratified follow-up after cancer treatment.

A nurse builds a plan from a protocol, the worker reminds and chases, results come in from laboratories, rules look at
them, whatever needs a person becomes an alert with an owner and a clock, and the outcome goes back to the register.
"""

import os

# Piccolo finds the engine and the rooms' tables through this module; an operator may name another.
os.environ.setdefault("PICCOLO_CONF", "rms.db.piccolo_conf")

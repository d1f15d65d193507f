"""One test that is asked for: where the person has it done, that it was requested, and the day it is booked for."""

"""A person's dates on paper, for them to take home: what happens when, where and how, and whom to call.

It says what their own pages say, in the same words (`rms.plans.to_person`), so that somebody without a smartphone has it too.
"""

"""Keeping: every row of the service, sealed where it speaks of a person.

The only room that knows SQL, and one without rules. Its functions are named for the question they
answer, take a transaction first, and give back small frozen values.
"""

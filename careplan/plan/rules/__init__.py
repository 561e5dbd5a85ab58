"""The checks made while a plan is written (domain 5): pure functions of facts, one file a subject.

They read treatment only, state facts, and never compute, convert, rank or suggest a dose.
"""

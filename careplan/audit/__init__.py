"""What was done, by whom, and how anybody can check that the account of it was not altered.

`kinds` is the closed list of deeds, `events` one deed and its bytes, `chain` the seal on the row.
"""

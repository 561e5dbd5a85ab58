"""Sealing and unsealing: the only room that imports cryptography, so a review of it is whole.

What a person's plan is sealed with (`envelope`), what seals that (`keyring`), what a SMART
Health Link hands out (`jwe`) and the secrets that go into addresses (`tokens`).
"""

"""The few ways in which a secret can fail to open, told apart because the cures differ."""

from __future__ import annotations


class CannotOpen(Exception):
    """Something sealed could not be opened."""


class Tampered(CannotOpen):
    """The bytes, or the place they were found in, are not the ones that were sealed."""


class CutShort(Tampered):
    """A sealed stream ends before the piece that says it is the last."""


class RunsOn(Tampered):
    """Something stands after the last piece of a sealed stream."""


class WrongKey(CannotOpen):
    """Sealed with another key than the one in hand: a matter of keys, not of altered data."""


class DictionaryMissing(CannotOpen):
    """Sealed with a compression dictionary that this copy of the program does not have."""


class TooLarge(Exception):
    """More bytes than this service agrees to hold in one piece; nothing was cut."""


class NotACard(CannotOpen):
    """The text is not a SMART Health Card: a part is missing, misspelt or says something else."""


class OtherAlgorithm(CannotOpen):
    """Signed in another way than a SMART Health Card may be, or not at all."""


class OtherPacking(CannotOpen):
    """The header asks for another compression than a SMART Health Card has."""


class UnknownIssuer(CannotOpen):
    """No key in hand has the name that the card gives: a matter of keys, not of altered text."""


class BadSignature(CannotOpen):
    """The text is not the one that was signed with this key."""


class BadAssertion(CannotOpen):
    """What another system signed in with is not what it must be; why is for our eyes only."""


class UnknownKey(BadAssertion):
    """Signed with a key that is not among those in hand: they may have changed theirs."""


class BadIdToken(CannotOpen):
    """What a provider said of somebody is not its answer to our question; why is for our eyes."""


class UnknownIssuerKey(BadIdToken):
    """Signed with a key that is not among those in hand: the provider may have changed its own."""

"""What this service asks of other organisations' systems: the public keys they sign in with."""

"""Doors for anybody with an account: making one, signing in, the second step, signing out."""

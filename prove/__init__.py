"""Long campaigns run by hand: what they found is kept in docs/evidence/."""

"""Who somebody is and what they may do: people, permissions, passwords, codes, sessions."""

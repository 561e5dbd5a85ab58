"""Paper: the summary laid out as an A4 page and as wallet cards, and links drawn as QR codes."""

"""The doors of an emergency reader: the page behind the QR, and the short code."""

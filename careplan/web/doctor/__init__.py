"""Looks whether the service is well, and says of what is not how to put it right."""

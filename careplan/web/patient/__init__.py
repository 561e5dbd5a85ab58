"""Doors for the person the plan is about: writing, publishing, answering, sharing, who looked."""

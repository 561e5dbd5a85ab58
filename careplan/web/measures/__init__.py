"""The measures: the public page, the team's own, their downloads, and what was promised."""

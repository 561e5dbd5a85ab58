"""My sickle cell plan: rooms on floors, each importing only from the floors below it."""

"""The first page: the demonstration's three doors, or what this is and the way in."""

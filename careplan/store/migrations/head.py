"""The newest migration's number, in a file of its own: two branches that add one collide here."""

HEAD = "0021"

"""The doors: the only room that knows there is a web. Each folder inside is for one kind of reader."""

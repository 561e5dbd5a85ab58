"""The doors: the only room that knows there is a web. A folder for each kind of reader."""

"""The published description of every door that answers JSON, made from the routes themselves."""

"""How the schema came to be, in numbered steps that turn an old database into a new one."""

"""What people do: one function and one transaction each, with its audit event,
called alike by pages, commands and the seed."""

"""What a stranger reads in ten seconds: which facts, in which order, in one fragment of XHTML."""

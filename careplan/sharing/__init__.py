"""Who holds a key to a plan: links, answers, birth dates and short codes, as rules without I/O."""

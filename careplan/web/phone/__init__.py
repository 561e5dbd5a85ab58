"""What a telephone keeps of us: an icon, a few empty pages, and one locked copy if asked to."""

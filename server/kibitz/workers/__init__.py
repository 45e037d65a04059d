"""Child processes of our own and the framed JSON they speak."""

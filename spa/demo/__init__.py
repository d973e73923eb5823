"""Bruma Spa: believable, in Spanish, the same at every load. `bruma.start` makes it current."""

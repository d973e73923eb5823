"""Bruma Spa: a believable spa in Spanish, the same at every load, dated around today."""

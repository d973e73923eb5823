"""Keeps the demo's processes alive: `./run` becomes this, inside `.venv`."""

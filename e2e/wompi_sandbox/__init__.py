"""The Wompi gateway's stand-in: a process of its own, for the demo and for tests. See README.md.

It imports nothing of the product, so that a mistake of the product cannot be repeated here.
"""

"""What the database refuses with the services bypassed, one function a way to try it.

Its name says what is tried, its decorator which constraint stands in the way. A file a subject;
`test_constraints.py` runs them all, and fails for a constraint that nobody tries to break.
"""

"""The embedded server, and what Django's models cannot say to PostgreSQL."""

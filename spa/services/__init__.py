"""What can be done. Each function makes one decision and writes it down in one transaction.

Calls go down, never up: audit and idempotency at the bottom, then clients, then booking.
"""

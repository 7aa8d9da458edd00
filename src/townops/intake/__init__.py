"""Intake: whatever arrives becomes a Report, and a report an order; subject classes are suggested
(issue section 7, U12).

Owns raw payloads, channels, files with errors, and the classifier with its suggestions. Does not
know how an order moves (orders).
"""

"""Plumbing without business words: accounts, journal and seals, jobs, outbox, search, attachments, sheets,
registries.

Owns the account (C2, U29), the proof of what happened (engine 5), and everything two contexts would
otherwise write twice. Does not own: any word of a town's work. Units, posts and who may do what are in
`people`; orders prove themselves in `orders`.
"""

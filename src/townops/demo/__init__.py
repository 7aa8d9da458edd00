"""The demo town: invented shapes, invented persons, published village names. Seeded: the same seed gives
the same town.
"""

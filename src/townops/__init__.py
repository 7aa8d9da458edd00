"""TownOps 城运: the platform on which a town runs itself."""

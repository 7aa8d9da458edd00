"""Pure rules of the catalogue: rows as values, what makes it sound, how limits are written."""

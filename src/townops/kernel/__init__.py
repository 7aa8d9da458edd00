"""Pure Python without Django: workdays, clocks and limits, coordinates, identifiers, and the few types every rule speaks."""

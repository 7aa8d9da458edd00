"""Pure rules of the catalogue: its rows as values, what makes a catalogue sound, and how limits are written."""

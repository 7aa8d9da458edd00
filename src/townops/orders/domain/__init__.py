"""Pure rules of a work order: no database, no clock, no request. `decide` is the one door, `fold` the one memory."""

"""Pure rules of standards: reading the town's document and the catalogue, periods, coverage, judgement."""

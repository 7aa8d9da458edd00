"""Standards: every clause of the town's standardisation plans as data, and whether each holds (all clauses; C3, U32, V13).

Owns the catalogue of duties in our own words, the town's own document, attestations and exemptions, dated bases, and the
judgement. Counts nothing itself: it asks measures that the contexts below declare. It never says a duty holds without
records.
"""

"""Which unit should get an order: an ordered decision table, versioned by date, that explains itself.

Owns the rules (U12, 派单): class x area x block type x hours x source x severity -> unit and, if wished, a
limit. The first rule that matches decides; a rule that cannot be evaluated stops and is shown. It proposes;
`orders` decides.
"""

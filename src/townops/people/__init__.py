"""Units, posts, dated appointments, delegation, roles, and who answers for which block (U1-U7, U11, E0).

Posts hold duties, not persons: work points at (unit, post) and the person follows from the appointments of
that moment. It does not know what the work is; whoever keeps work answers the registry question
"people.open_work".
"""

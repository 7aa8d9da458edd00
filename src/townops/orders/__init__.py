"""Work orders (工单): lifecycle, clocks, responsibility, double review, proof (C2, L2, S2, U12-U13, X0).

Owns what happens to an order from message to archive. Does not know how a class is chosen (intake), which unit a rule names
(dispatch), nor what a page shows: those ask `api`.
"""

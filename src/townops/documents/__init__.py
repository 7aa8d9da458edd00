"""Documents: papers that contexts declared, set as PDF for an office printer: A4, black on white, numbered pages.

Owns the layout and the journal of who opened which paper. Does not know what stands on a paper (the context that
declared it does), nor who may see an order (the page asks `orders` before).
"""

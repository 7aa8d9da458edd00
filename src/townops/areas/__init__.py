"""Pure geography: town -> responsibility grid -> village -> block of 14 types, identity and versioned
shapes (U8-U11).

Knows nothing of people or orders: who answers for a block is in `people`. `village` means 居村 (居委会 or
村委会).
"""

"""Registers (台账): one model and one declaration give a list with filters, a form, sheets in and out, history, and an API.

`records` and `columns`: what a row is and how its words are read. `declaring`: `@ledger`. `seeing` and `narrowing`: who sees which
rows of a list. `reading` and `writing`: one row. `bringing` and `taking`: sheets. Pages are the console's, endpoints of machines
sharing's; both ask here and know no register by name.
"""

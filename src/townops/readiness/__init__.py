"""Readiness (E2-E3, E10-E17, V3-V5): rules, budgets, plans 1+10+X, supplies on three levels, agreements, drills, campaigns, flood
and fire facilities, shelters.

Every one is a register: a model in `models/`, a declaration in `ledgers.py`. It computes no clause; measures beside the rows do.
Vulnerable people, evacuees and hidden dangers are of `risk`, duty of `duty`.
"""

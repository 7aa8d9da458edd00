"""Pure rules of dispatch: the decision table, how it is evaluated, and what makes it sound."""

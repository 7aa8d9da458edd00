"""Pure rules of intake: text, linear model, demand types, reports. No Django, no database."""

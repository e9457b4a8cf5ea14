"""The search language: what is typed becomes an expression and a list of issues."""

"""Runs that are disturbed on purpose, to see that nothing is lost."""

"""Pure functions from a page to what is in it."""

"""How the admin writes values, by language."""

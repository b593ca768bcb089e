"""Pay in text: which amounts a text names, which of them are pay, and how they belong together."""

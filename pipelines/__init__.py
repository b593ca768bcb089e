"""One stage per file, in order: archive, extract, validate, store."""

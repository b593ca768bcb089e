"""Extensions: they watch a crawl and never stop it, but for reasons that they name."""

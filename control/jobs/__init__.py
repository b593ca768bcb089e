"""Jobs: each is one crawl of one site."""

"""Sites: what to crawl, and how."""

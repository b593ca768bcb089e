"""Where employers publish their postings: one module for each platform."""

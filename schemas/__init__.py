"""What flows through Longline, and what may pass: models and pure rules that import nothing else of ours."""

"""What the background jobs did: the last run of each, and those that failed."""

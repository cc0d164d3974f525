"""Whom does what has just happened concern? For pages that stand open."""

"""Purchases (what one buyer bought in one go, in one currency) and their orders, one per seller."""

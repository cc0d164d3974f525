"""Discount codes of the marketplace and of sellers: what they take off, for whom, how often, and who bears it."""

"""Transfers from buyers' banks to the marketplace's account, and from there back to them (S2.27)."""

"""Payouts: the seller's account at the provider, when and how what is available reaches their bank."""

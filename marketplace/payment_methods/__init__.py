"""Saved cards: what people keep at a provider to pay with next time. We keep how it is called there, never a number."""

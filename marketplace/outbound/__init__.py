"""Calls to providers: planned in a transaction, sent outside any, their outcome written in another (DESIGN 4.3)."""

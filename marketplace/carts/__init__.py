"""Carts: what a visitor means to buy, of any number of sellers and currencies."""

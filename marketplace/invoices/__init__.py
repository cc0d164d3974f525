"""Invoices: what a sale came to, numbered without a gap, frozen, followed until it is paid; and what corrects it."""

"""Wallets: what the marketplace owes a buyer who may spend it here. One per person, with a balance per currency."""

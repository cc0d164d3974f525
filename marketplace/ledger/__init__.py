"""The double-entry ledger: append-only entries whose postings balance per currency. Balances are sums of postings."""

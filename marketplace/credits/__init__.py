"""Credits: bought in packages and spent on promoting listings. One ledger, two units: a currency, and CREDIT."""

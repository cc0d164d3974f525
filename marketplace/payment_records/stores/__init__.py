"""The places where payment records can live; `tests/operations/test_payment_stores.py` is the contract."""

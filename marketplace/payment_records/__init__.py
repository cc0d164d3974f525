"""S1's portable payment tracking: one record per attempt to pay, made before the redirect, in any store.

Importing this package loads nothing of the shop. `get_payment_tracker` is the door; see docs/payment-records.md.
"""

"""Why a payment or a refund is where it is: everything that can be wrong, looked at in order (S4.29)."""

"""Why a payment, refund, dispute or payout is where it is: all that can be wrong, looked at in order (S4.29)."""

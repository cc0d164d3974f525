"""Fraud checks: what a payment looks like, money that waits because of it, and what admins decide (S4.16)."""

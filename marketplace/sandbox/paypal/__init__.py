"""A second provider in the same process: it speaks PayPal's wire format under /paypal. It is not PayPal."""

"""Auctions: one piece of stock, bids with a maximum each, one winner with a time to pay (S3.6 to S3.9)."""

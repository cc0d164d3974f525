"""Who moves money. `base.py` is the port; each further module is one provider's adapter."""

"""Money back to buyers: asked for, decided by an admin, sent to the provider, followed to its end."""

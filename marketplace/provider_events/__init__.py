"""The inbox: everything a provider tells us is verified, stored, and then applied once per fact."""

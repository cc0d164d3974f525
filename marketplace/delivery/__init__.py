"""How a seller sends: profiles, the zones of countries in them, and what they charge."""

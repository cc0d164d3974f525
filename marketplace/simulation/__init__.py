"""The simulation: the real shop, the real database and the provider's server, played by one seeded scheduler.

Nothing of the shop knows of it, and nothing imports it. `docs/simulation.md` says how to run and to read it.
"""

"""What people keep for later: listings with the price they had, searches that go on, and what they looked at last."""

"""Orders called off by buyer or seller before they were sent, and what goes back by itself because of it."""

"""What sellers owe the platform for money that had left before it had to go back, and how coming sales pay it."""

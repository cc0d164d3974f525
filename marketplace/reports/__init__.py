"""What people report to the marketplace: a message, a whole conversation, a review; and what an admin decides."""

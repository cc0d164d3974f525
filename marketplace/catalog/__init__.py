"""What is for sale: shops, listings of cars and parts, their pictures and their stock."""

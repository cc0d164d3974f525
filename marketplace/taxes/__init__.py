"""What tax a seller's prices carry: rates by country of delivery and by category, inside the prices or on top."""

"""Words between a buyer and a seller: about an order, or about a listing before it is bought."""

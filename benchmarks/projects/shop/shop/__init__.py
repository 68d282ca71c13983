"""A web shop: products, orders, and who is allowed to see them."""

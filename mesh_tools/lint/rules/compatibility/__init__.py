"""CMP: products and their consumers fit together, now and after a change."""

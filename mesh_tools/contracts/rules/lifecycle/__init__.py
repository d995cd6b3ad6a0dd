"""Who may use the product, until when, who answers for it; and what is left."""

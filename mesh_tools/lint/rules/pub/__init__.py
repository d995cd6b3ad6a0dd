"""PUB: a product is public on purpose: contracted, described, owned, identified, promised, and used."""

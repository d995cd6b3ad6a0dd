"""Who uses a product, a version or a column of it, directly and downstream, across projects."""

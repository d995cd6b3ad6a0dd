"""What can be searched, as shards that the browser loads on first use."""

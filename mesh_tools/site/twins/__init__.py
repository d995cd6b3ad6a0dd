"""What machines read: JSON, feeds, badges, tiles."""

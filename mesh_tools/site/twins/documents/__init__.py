"""What machines read: every document of ``api/v1`` as a type of its own, whose fields stay while facts may change."""

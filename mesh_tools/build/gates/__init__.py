"""The gates of `mesh check`: each looks at every project in its own way, by what the single commands do."""

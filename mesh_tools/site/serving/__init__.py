"""The site on this machine alone, made anew when what it shows has changed."""

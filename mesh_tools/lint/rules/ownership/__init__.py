"""OWN: who writes, declares and pins what."""

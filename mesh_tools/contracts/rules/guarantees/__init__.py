"""What holds of every row. Promises are compared, never what carries them."""

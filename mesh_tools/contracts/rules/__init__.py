"""Rules: what a difference between two interfaces means to those who use the product. One function for each."""

"""What is compared: the accepted interface, the present one, a registry's, one of git's history, or a document."""

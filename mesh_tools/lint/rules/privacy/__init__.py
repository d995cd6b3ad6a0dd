"""PII: personal data is marked, stays marked, and leaves its domain on purpose."""

"""The code of models and macros as it is written: what of it is SQL, and what that reads."""

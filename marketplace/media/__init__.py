"""Files that people send: what they must be, what is taken out of them, and where they lie."""

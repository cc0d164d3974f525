"""Whole sentences behind each other: each is translated by itself."""


def together(*sentences: str) -> str:
    """Return sentences as one text; an empty one is left out."""
    return " ".join(str(sentence) for sentence in sentences if sentence)

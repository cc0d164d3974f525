"""Statements: a seller's month in one currency, from its opening to its closing balance; closed once, then frozen."""

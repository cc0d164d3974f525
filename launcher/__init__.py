"""The machinery behind `make run` and `make test`: standard library only, imports nothing of the marketplace.

Only `past.py` does, which runs as a program of its own inside the environment.
"""

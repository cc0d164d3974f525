"""The machinery behind `make run` and `make test`: standard library only, imports nothing of the marketplace."""

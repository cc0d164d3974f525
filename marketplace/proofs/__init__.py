"""What the simulation found last, and playing one of its seeds again: files under `$VAR_DIR/simulation`."""

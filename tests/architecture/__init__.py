"""What imports cannot see: house rules checked on the syntax tree, each with a test that proves it can fail."""

"""The tests. They use a real PostgreSQL, real commits and the sandbox behind the real SDK; nothing is mocked."""

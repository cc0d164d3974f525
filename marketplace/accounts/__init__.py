"""People: users, the roles they have, their sign-in sessions and their addresses."""

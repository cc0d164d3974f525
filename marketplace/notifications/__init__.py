"""What people are told. A row stores kind, subject and frozen facts; `web` and `jobs` put it into words."""

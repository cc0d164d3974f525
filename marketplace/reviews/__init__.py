"""What buyers say of what they bought and of whom, and what sellers answer."""

"""From a cart to a paid purchase: freeze, redirect, settle."""

"""Mail beside the in-app notifications: one per fact and person, sent by a job after commit, never part of a deed."""

"""Studies of quartiers: interviews and what they say, fiches action, cohorts."""

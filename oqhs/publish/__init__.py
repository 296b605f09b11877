"""Products: the key table, and the release that holds everything."""

"""Numbers of the United States."""

"""Numbers of the United Kingdom."""

"""Documents, numbers, names and addresses of mainland China, Hong Kong, Macau and Taiwan."""

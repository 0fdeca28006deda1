"""What a customer wants, feels and risks, read from masked text by small local models."""

"""From empty folders to a bank: steps that may each be repeated after a crash."""

"""What has the same form everywhere."""

"""What the law asks: finding and masking personal data, grades, keys, rights, four eyes."""

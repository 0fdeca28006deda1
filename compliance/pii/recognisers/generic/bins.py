"""Leading digits of payment cards and the lengths that go with them.

Source: ISO/IEC 7812 registrations as the schemes publish them; UnionPay's 62/81 ranges and
the older Chinese debit ranges from the People's Bank's BIN table (JR/T 0008). Ranges, not a
list of issuers: new products appear inside them every week.
"""

_SCHEMES: tuple[tuple[str, int, int, tuple[int, ...]], ...] = (
    ("UnionPay", 62, 62, (16, 17, 18, 19)),
    ("UnionPay", 81, 81, (16, 17, 18, 19)),
    ("UnionPay", 603601, 603601, (19,)),
    ("UnionPay", 601382, 601382, (19,)),
    ("ICBC", 9558, 9558, (19,)),
    ("ABC", 9559, 9559, (16, 19)),
    ("ABC", 103, 103, (19,)),
    ("CMB", 9555, 9555, (16,)),
    ("CN debit", 900000, 909999, (16, 18, 19)),
    ("CN debit", 940000, 949999, (16, 17, 18, 19)),
    ("CN debit", 984300, 984399, (16, 19)),
    ("CN debit", 998800, 998899, (16, 19)),
    ("Visa", 4, 4, (13, 16, 18, 19)),
    ("Mastercard", 51, 55, (16, 19)),
    ("Mastercard", 2221, 2720, (16,)),
    ("American Express", 34, 34, (15,)),
    ("American Express", 37, 37, (15,)),
    ("Diners", 300, 305, (14, 16)),
    ("Diners", 3095, 3095, (14, 16)),
    ("Diners", 36, 36, (14, 16)),
    ("Diners", 38, 39, (14, 16)),
    ("JCB", 3528, 3589, (16,)),
    ("Discover", 6011, 6011, (16, 19)),
    ("Discover", 644, 649, (16, 19)),
    ("Discover", 65, 65, (16, 19)),
    ("Maestro", 50, 50, (12, 13, 15, 16, 18, 19)),
    ("Maestro", 56, 58, (12, 13, 15, 16, 18, 19)),
    ("Maestro", 6304, 6304, (12, 13, 15, 16, 18, 19)),
    ("Maestro", 67, 67, (12, 13, 15, 16, 18, 19)),
    ("Mir", 2200, 2204, (16,)),
    ("JCB", 1800, 1800, (15,)),
    ("JCB", 2131, 2131, (15,)),
)


def scheme_of(digits: str) -> str | None:
    """The scheme whose range and length the number fits; None if there is none."""
    for name, low, high, lengths in _SCHEMES:
        if len(digits) in lengths and low <= int(digits[: len(str(low))]) <= high:
            return name
    return None

"""Check-digit arithmetic on strings of ASCII digits and capitals.

Each function answers whether the last characters fit the others. These are predicates on a
candidate, not verification of evidence, hence booleans.
"""

_GB11643_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_GB11643_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_LUHN_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_NRIC_WEIGHTS = (2, 7, 6, 5, 4, 3, 2)
_PESEL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)


def is_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B; a row of one repeated digit is no card."""
    if len(set(digits)) == 1:
        return False
    odd = sum(int(d) for d in digits[-1::-2])
    even = sum(_LUHN_DOUBLED[int(d)] for d in digits[-2::-2])
    return (odd + even) % 10 == 0


def is_gb11643(number: str) -> bool:
    """GB 11643-1999 (ISO 7064 MOD 11-2): 17 digits and a check of 0-9 or X."""
    total = sum(w * int(d) for w, d in zip(_GB11643_WEIGHTS, number, strict=False))
    return _GB11643_CHECKS[total % 11] == number[17].upper()


def is_gb32100(code: str) -> bool:
    """GB 32100-2015: 18 characters of an alphabet without I, O, S, V, Z; MOD 31."""
    values = [_USCC_ALPHABET.find(c) for c in code]
    if min(values) < 0:
        return False
    total = sum(w * v for w, v in zip(_USCC_WEIGHTS, values, strict=False))
    return (31 - total % 31) % 31 == values[17]


def is_mod97(iban: str) -> bool:
    """ISO 13616 / ISO 7064 MOD 97-10 over an IBAN without spaces."""
    rotated = iban[4:] + iban[:4]
    return int("".join(str(int(c, 36)) for c in rotated)) % 97 == 1


def is_iso7064_mod11_10(digits: str) -> bool:
    """The German tax id's check (BZSt): ISO 7064 MOD 11,10 on the last digit."""
    product = 10
    for digit in digits[:-1]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(digits[-1])


def is_pesel(digits: str) -> bool:
    """Poland, Dz.U. 2010 nr 217 poz. 1427: weights 1-3-7-9."""
    total = sum(w * int(d) for w, d in zip(_PESEL_WEIGHTS, digits, strict=False))
    return (10 - total % 10) % 10 == int(digits[10])


def is_elfproef(digits: str) -> bool:
    """Netherlands BSN: weights 9..2 and -1, divisible by eleven, not all zero."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    total = sum(w * int(d) for w, d in zip(weights, digits, strict=True))
    return total % 11 == 0 and total != 0


def is_nir(number: str) -> bool:
    """France NIR (INSEE): key = 97 - (13 characters mod 97); Corsica 2A=19, 2B=18."""
    body = number[:13].replace("2A", "19").replace("2B", "18")
    return body.isdigit() and 97 - int(body) % 97 == int(number[13:])


def is_nif(number: str) -> bool:
    """Spain NIF and NIE: letter by number mod 23; X, Y, Z stand for 0, 1, 2."""
    body = number[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23] == number[-1]


def is_nric(number: str) -> bool:
    """Singapore NRIC/FIN (S, T, F, G, M series) weights 2-7-6-5-4-3-2."""
    offset = {"T": 4, "G": 4, "M": 3}.get(number[0], 0)
    total = offset + sum(w * int(d) for w, d in zip(_NRIC_WEIGHTS, number[1:8], strict=True))
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK"}
    if number[0] == "M":
        return "KLJNPQRTUWX"[10 - total % 11] == number[8]
    return letters[number[0]][total % 11] == number[8]


def is_hkid(number: str) -> bool:
    """Hong Kong identity card: one or two letters, six digits, check 0-9 or A; MOD 11."""
    letters, digits, check = number[:-7], number[-7:-1], number[-1]
    values = [36] * (2 - len(letters)) + [int(c, 36) for c in letters] + [int(d) for d in digits]
    total = sum(w * v for w, v in zip(range(9, 1, -1), values, strict=True))
    return (total + (10 if check == "A" else int(check))) % 11 == 0


def is_aba(digits: str) -> bool:
    """United States routing number: weights 3-7-1 divisible by ten."""
    total = sum(w * int(d) for w, d in zip((3, 7, 1) * 3, digits, strict=True))
    return total % 10 == 0 and total != 0

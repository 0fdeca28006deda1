"""GB/T 2260 province and city codes, present and withdrawn since 1984.

Prefectures only: county codes changed too often to be a test of validity.
Source: GB/T 2260-2007 and the yearly tables of the Ministry of Civil Affairs.
"""

_CITIES = {
    "11": "01-02", "12": "01-02", "13": "01-11,21-33", "14": "01-11,21-27", "15": "01-09,21-30",
    "21": "01-14", "22": "01-08,21-25", "23": "01-12,21-27", "31": "01-02", "32": "01-13,19-32",
    "33": "01-11,21-27", "34": "01-18,21-29", "35": "01-09,21-27", "36": "01-11,21-26",
    "37": "01-17,20-29", "41": "01-18,21-29,90", "42": "01-13,20-28,90", "43": "01-13,20-31",
    "44": "01-20,21-31,51-53", "45": "01-14,21-31", "46": "00-04,90", "50": "01-03",
    "51": "01-34,90", "52": "01-06,21-27", "53": "01-09,21-35", "54": "01-06,21-26",
    "61": "01-10,21-29", "62": "01-12,21-30", "63": "01-02,21-28", "64": "01-05,21-22",
    "65": "01-05,21-43,90", "71": "00", "81": "00", "82": "00", "83": "00",
}  # fmt: skip


def _expand(ranges: str) -> frozenset[str]:
    codes: set[str] = set()
    for part in ranges.split(","):
        low, _, high = part.partition("-")
        codes.update(f"{n:02d}" for n in range(int(low), int(high or low) + 1))
    return frozenset(codes)


CITIES = {province: _expand(ranges) for province, ranges in _CITIES.items()}


def is_region(code: str) -> bool:
    """Whether the first four of six digits name a prefecture, and the county is not 00.

    81, 82 and 83 (residence permits of Hong Kong, Macau and Taiwan) have county 00.
    """
    cities = CITIES.get(code[:2])
    if cities is None or code[2:4] not in cities:
        return False
    return code[4:6] != "00" or code[2:4] == "00"


def is_province(code: str) -> bool:
    """Whether the first two digits name a province, whatever became of the prefecture."""
    return code[:2] in CITIES

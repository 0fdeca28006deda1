import itertools

from compliance.pii.conflicts import settle
from compliance.pii.engine import detector
from compliance.pii.recognisers.base import Candidate


def candidate(start, end, kind, score, distance=None):
    return Candidate(start, end, kind, score, "why", "Test", distance)


def winners(*found):
    return [(s.winner.type, s.winner.start, s.winner.end) for s in settle(found)]


def test_a_number_valid_as_card_and_as_identity_is_an_identity_without_a_label():
    (found,) = detector().find("110101199003072316")
    assert found.type == "CN_ID_CARD"


def test_check_digit_and_label_beat_a_check_digit():
    card = candidate(0, 18, "BANK_CARD", 1.0, 1)
    identity = candidate(0, 18, "CN_ID_CARD", 0.95)
    assert winners(identity, card) == [("BANK_CARD", 0, 18)]


def test_the_nearer_label_wins():
    near = candidate(5, 15, "ACCOUNT_NUMBER", 0.85, 1)
    far = candidate(5, 15, "PHONE_NUMBER", 0.85, 9)
    assert winners(far, near) == [("ACCOUNT_NUMBER", 5, 15)]


def test_secrets_come_first():
    secret = candidate(0, 6, "OTP", 0.6)
    account = candidate(0, 6, "ACCOUNT_NUMBER", 1.0, 0)
    assert winners(account, secret) == [("OTP", 0, 6)]


def test_losers_are_kept_with_the_reason_and_without_text():
    (standing,) = settle(
        [candidate(0, 11, "PHONE_NUMBER", 0.75), candidate(0, 11, "PL_PESEL", 1.0, 2)]
    )
    (lost,) = standing.lost
    assert (lost.type, lost.because) == ("PHONE_NUMBER", "PL_PESEL: higher score")


def test_neighbours_do_not_conflict():
    assert len(winners(candidate(0, 3, "PERSON", 0.6), candidate(3, 6, "PERSON", 0.6))) == 2


def test_findings_are_sorted_and_apart():
    found = detector().find("我叫王小明，身份证440308199901101512，手机13800138000")
    assert [f.type for f in found] == ["PERSON", "CN_ID_CARD", "PHONE_NUMBER"]
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))

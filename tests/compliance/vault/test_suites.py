import json
from dataclasses import replace
from pathlib import Path

import pytest

from compliance.vault import selftest as module
from compliance.vault.errors import AuthenticationError, SelfTestError, UnknownSuiteError
from compliance.vault.selftest import selftest
from compliance.vault.suites import SM, SUITES, suite_of

VECTORS = Path(__file__).parents[4] / "shared" / "data" / "sm-vectors" / "sm4_aead_hmac_sm3.jsonl"


def test_selftest_names_what_held():
    assert selftest() == (
        "AES-256-GCM, GCM specification test case 16",
        "SM4-GCM, RFC 8998 appendix A.1",
        "SHA-256, FIPS 180-2 appendix B.1",
        "SM3, GB/T 32905-2016 appendix A.1",
    )


@pytest.mark.parametrize("index", range(2))
def test_selftest_stops_at_a_wrong_answer(monkeypatch, index):
    wrong = list(module._SEALS)
    wrong[index] = replace(wrong[index], sealed="00" + wrong[index].sealed[2:])
    monkeypatch.setattr(module, "_SEALS", tuple(wrong))
    with pytest.raises(SelfTestError, match=wrong[index].name.split(",")[0]):
        selftest()


def test_selftest_stops_at_a_wrong_digest(monkeypatch):
    wrong = replace(module._HASHES[1], digest="00" * 32)
    monkeypatch.setattr(module, "_HASHES", (module._HASHES[0], wrong))
    with pytest.raises(SelfTestError, match="SM3"):
        selftest()


@pytest.mark.parametrize("number", [0, 3, 255])
def test_an_unknown_suite_is_refused(number):
    with pytest.raises(UnknownSuiteError, match=f"got {number}"):
        suite_of(number)


@pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)
def test_a_short_ciphertext_does_not_authenticate(suite):
    aead = suite.aead(bytes(suite.key_bytes))
    for length in range(17):
        with pytest.raises(AuthenticationError):
            aead.open(bytes(12), bytes(length), b"")


@pytest.mark.skipif(not VECTORS.exists(), reason="sm-vectors are not beside this checkout")
def test_sm4_gcm_agrees_with_wycheproof():
    lines = VECTORS.read_text(encoding="utf-8").splitlines()
    cases = [case for case in map(json.loads, lines) if case["alg"] == "SM4-GCM"]
    assert sum(map(_check, cases)) >= 50


def _check(case):
    part = {name: bytes.fromhex(value) for name, value in case.items() if _is_hex(name, value)}
    if len(part.get("iv", b"")) != 12 or len(part.get("tag", b"")) != 16:
        return 0
    aead = SM.aead(part["key"])
    sealed = part["ct"] + part["tag"]
    if case["result"] == "invalid":
        with pytest.raises(AuthenticationError):
            aead.open(part["iv"], sealed, part["aad"])
    else:
        assert aead.open(part["iv"], sealed, part["aad"]) == part["msg"]
        assert aead.seal(part["iv"], part["msg"], part["aad"]) == sealed
    return 1


def _is_hex(name, value):
    return name in {"key", "iv", "aad", "msg", "ct", "tag"} and isinstance(value, str)

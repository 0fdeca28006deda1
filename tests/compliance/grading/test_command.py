import json

import pytest
from django.core.management import CommandError, call_command

from compliance.grading import current

REQUEST = {
    "role": "agent",
    "purpose": "serve_customer",
    "action": "view_original",
    "channel": "web",
}


def words(types=("PERSON", "BANK_CARD"), **changes):
    given = {**REQUEST, **changes}
    return ["explain", *(f"--type={t}" for t in types), *(f"--{k}={v}" for k, v in given.items())]


def test_explain_says_what_and_why(capsys):
    call_command("policy", *words(), "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["allowed"] is True
    assert report["form"] == "mask"
    assert report["by_type"] == {"BANK_CARD": "mask", "PERSON": "raw"}
    assert report["grade"]["jrt0171"] == "C2"
    rules = {reason["rule"]: reason for reason in report["because"]}
    assert rules["pci/bin-and-last-four"]["article"] == "PCI DSS v4.0.1 3.4.1"
    assert rules["pipl-finance/service-original"]["zh"]


def test_explain_for_people(capsys):
    call_command("policy", *words(role="system_admin"))
    out = capsys.readouterr().out
    assert "allowed: False" in out
    assert "中华人民共和国个人信息保护法 第五十一条" in out


@pytest.mark.parametrize(
    "change", [{"role": "king"}, {"purpose": "fun"}, {"channel": "fax"}, {"types": ["SHOE"]}]
)
def test_names_outside_the_lists_are_bad_usage(change):
    with pytest.raises(CommandError, match="want one of") as caught:
        call_command("policy", *words(**change))
    assert caught.value.returncode == 2


def test_check_judges_everything(capsys):
    call_command("policy", "check", "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["state"] == "ok"
    assert report["judged"] == 41 * 14 * 9 * 8 * 8
    assert 0 < report["allowed"] < report["judged"] / 5
    assert {pack["pack"] for pack in report["packs"]} == set(current.DEFAULT)


def test_a_broken_pack_fails_the_check(tmp_path, monkeypatch):
    (tmp_path / "pipl-finance.yaml").write_text("pack: [")
    monkeypatch.setattr(current, "SHIPPED", tmp_path)
    monkeypatch.setattr(current, "_names", ("pipl-finance",))
    current.packs.cache_clear()
    try:
        with pytest.raises(CommandError, match="pack pipl-finance") as caught:
            call_command("policy", "check")
    finally:
        current.packs.cache_clear()
    assert caught.value.returncode == 1

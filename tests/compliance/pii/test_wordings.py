"""Many wordings of the same few things, drop or keep, forbid or allow."""

import pytest

from compliance.pii.rules_pack import check_text, shipped_rules
from compliance.pii.secrets import screen
from tests.compliance.pii.wordings import HARMLESS, NO_SECRETS, SECRETS, VIOLATIONS


@pytest.mark.parametrize(("text", "kinds"), SECRETS)
def test_secret(text, kinds):
    assert ",".join(screen(text).dropped) == kinds


@pytest.mark.parametrize("text", NO_SECRETS)
def test_no_secret(text):
    assert screen(text).dropped == ()


@pytest.mark.parametrize("text", VIOLATIONS)
def test_violation(text):
    assert check_text(text, shipped_rules())


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless(text):
    assert check_text(text, shipped_rules()) == []

"""What an installation may set, and what stops the boot."""

import pytest
from pydantic import ValidationError

from appliance.config import Config


@pytest.mark.parametrize(
    "site",
    [
        "https://www.bank",
        "https://www.bank.example:8443",
        "http://127.0.0.1:8000",
        "http://localhost",
    ],
)
def test_an_origin_may_frame_the_widget(site):
    assert Config(widget_sites=(site,)).widget_sites == (site,)


@pytest.mark.parametrize(
    "site",
    [
        "www.bank",
        "http://www.bank",
        "https://*",
        "*",
        "https://www.bank/",
        "https://www.bank/page",
        "https://www.bank; script-src *",
        "https://www.bank https://other",
        "https://www.bank\n",
        "https://",
        "https://.bank",
        "http://localhost.evil.example",
        "javascript:alert(1)",
        "'none'",
    ],
)
def test_what_is_no_origin_stops_the_boot(site):
    with pytest.raises(ValidationError, match="want an origin"):
        Config(widget_sites=(site,))


def test_sites_are_read_from_a_list(monkeypatch):
    monkeypatch.setenv("STRONGROOM_WIDGET_SITES", "https://www.bank, https://m.bank")
    assert Config().widget_sites == ("https://www.bank", "https://m.bank")

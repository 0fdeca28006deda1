"""Whose budget a request spends."""

import pytest
from django.test import RequestFactory

from appliance.channels.budget import whereabouts


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("odd", "odd"),
    ],
)
def test_an_address_is_counted_as_what_one_customer_holds(address, counted):
    assert whereabouts(RequestFactory().get("/", REMOTE_ADDR=address)) == counted

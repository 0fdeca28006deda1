"""The roles that people hold are those that every policy pack decides on."""

from appliance.accounts import roles
from compliance.grading import closed


def test_both_lists_of_roles_are_one():
    assert len(set(roles.ROLES)) == len(roles.ROLES)
    assert set(roles.ROLES) == closed.ROLES

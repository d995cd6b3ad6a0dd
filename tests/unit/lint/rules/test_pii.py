"""What looks like personal data, and what marks it."""

from __future__ import annotations

import pytest

from mesh_tools.artifacts.manifest import ColumnNode
from mesh_tools.lint.matching import any_in
from mesh_tools.lint.rules.privacy.losing import PATTERNS
from mesh_tools.lint.rules.privacy.marks import Marks, is_masked
from mesh_tools.model.interface import Column


@pytest.mark.parametrize(
    "name",
    [
        "email", "e_mail", "customer_email", "email_address", "phone", "phone_number", "mobile", "ssn",
        "passport_number", "date_of_birth", "birth_date", "birthday", "first_name", "lastname", "surname",
        "full_name", "family_name", "ip_address", "client_ip", "ipv4", "iban", "card_number", "credit_card_number",
        "home_address",
        "gender", "national_id", "tax_id", "driving_licence",
    ],
)  # fmt: skip
def test_names_of_personal_data(name: str) -> None:
    assert any_in(PATTERNS, name)


@pytest.mark.parametrize(
    "name",
    [
        "is_email_valid", "email_count", "carrier_name", "model_name", "name", "username_length", "phone_calls",
        "shipping", "trip", "ship", "zip_code_count", "assignment", "address_count", "mobile_sessions", "birth_rate",
        "cardinality", "equipment", "clip_address_space",
    ],
)  # fmt: skip
def test_names_of_other_data(name: str) -> None:
    assert not any_in(PATTERNS, name)


def test_a_classification_a_tag_or_a_key_marks_a_column() -> None:
    marks = Marks(("pii", "gdpr"), ("privacy.contains_pii",))
    assert marks.on({"mesh": {"classification": "pii"}}, ())
    assert marks.on({}, ("gdpr",))
    assert marks.on({"privacy": {"contains_pii": True}}, ())
    assert not marks.on({"privacy": {"contains_pii": False}}, ("daily",))
    assert not marks.on({"mesh": {"classification": "confidential"}}, ())


def test_a_promised_column_is_marked_alike() -> None:
    assert Marks().on_promised(Column(name="a", classification="pii"))
    assert Marks().on_promised(Column(name="a", tags=("pii",)))
    assert not Marks().on_promised(Column(name="a", classification="internal"))


def test_words_or_a_policy_of_the_warehouse_say_that_values_are_masked() -> None:
    assert is_masked(ColumnNode(name="a"), {"mesh": {"masking": "SHA-256"}})
    assert is_masked(ColumnNode(name="a", policy_tags=("projects/x/policyTags/1",)), {})
    assert not is_masked(ColumnNode(name="a"), {"mesh": {"classification": "pii"}})

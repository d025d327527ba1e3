"""What is secret is hidden wherever it stands, and everything else is shown."""

from __future__ import annotations

from typing import Any

import pytest

from chartproof.diff.fields import MISSING, FieldChange, Item
from chartproof.diff.redaction import HIDDEN, OTHER, redacted

Path = tuple[str, ...]


def sides(kind: str, path: Path, old: Any, new: Any) -> tuple[Any, Any]:
    change = redacted(kind, FieldChange(path, old, new))
    return change.old, change.new


@pytest.mark.parametrize("field", ["data", "stringData"])
def test_nothing_of_a_secret_is_shown_but_its_keys(field: str) -> None:
    assert sides("Secret", (field, "user"), "bob", "eve") == (HIDDEN, OTHER)
    assert sides("Secret", (field,), MISSING, {"user": "bob", "n": "1"}) == (
        MISSING,
        {"user": HIDDEN, "n": HIDDEN},
    )
    assert sides("Secret", ("metadata", "labels", "user"), "bob", "eve") == ("bob", "eve")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("spec", "containers", Item("web"), "env", Item("DB_PASSWORD"), "value"), "swordfish"),
        (("auth", "password"), "swordfish"),
        (("auth", "apiKey"), "swordfish"),
        (("url",), "amqp://bob:swordfish@broker:5672"),
        (("args", Item("0")), "--password=swordfish"),
        (("data", "app.conf"), "user = bob\npassword = swordfish"),
    ],
)
def test_a_password_by_its_name_is_hidden(path: Path, text: str) -> None:
    old, new = sides("Deployment", path, text, text.replace("swordfish", "goldfish"))
    assert "fish" not in f"{old} {new}"
    assert old != new


def test_a_password_deep_in_what_is_new_is_hidden_too() -> None:
    body = {
        "auth": {"user": "bob", "password": "swordfish"},
        "env": [{"name": "API_TOKEN", "value": "s3cret-1"}],
    }
    _, new = sides("", ("broker",), MISSING, body)
    assert new["auth"] == {"user": "bob", "password": HIDDEN}
    assert new["env"] == [{"name": "API_TOKEN", "value": HIDDEN}]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (("metadata", "annotations", "checksum/secret"), "0123", "4567"),
        (("auth", "existingSecret"), "", None),
        (("auth", "passwordKey"), "password", "pass"),
        (("replicas",), 1, 2),
        (("tls", "secret"), MISSING, True),
    ],
)
def test_what_is_no_secret_is_shown(path: Path, old: Any, new: Any) -> None:
    assert sides("", path, old, new) == (old, new)

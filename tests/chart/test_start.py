"""What the broker's container does before it becomes the broker."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chartproof.release import Release
from tests.chart.running import mounted

Render = Callable[..., Release]
Files = dict[str, str]

ANY_TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Z"]))


def start(script: str, home: Path, files: Files) -> dict[str, Any]:
    """Run the broker's start script over a Secret's files up to the broker itself.

    Returns the definitions by file name.
    """
    mount, commands = home / "secrets", home / "commands"
    for path, content in files.items():
        file = mount / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode())
    commands.mkdir(exist_ok=True)
    (commands / "rabbitmq-server").unlink(missing_ok=True)
    (commands / "rabbitmq-server").symlink_to("/bin/true")
    subprocess.run(
        ["bash", "-c", script.replace("/run/secrets/rabbitmq", str(mount))],
        env={"HOME": str(home), "PATH": f"{commands}:{os.environ['PATH']}"},
        check=True,
    )
    return {
        file.name: json.loads(file.read_bytes())
        for file in sorted((home / "definitions").iterdir())
    }


@pytest.fixture
def script(release: Release) -> str:
    text: str = release.get("ConfigMap", "broker").body["data"]["start.sh"]
    return text


@pytest.fixture
def files(release: Release) -> Files:
    return mounted(release)


def test_each_start_writes_users_before_the_topology_and_a_cookie_for_its_owner_alone(
    script: str, files: Files, tmp_path: Path
) -> None:
    for _ in range(2):
        definitions = start(script, tmp_path, files)
        cookie = tmp_path / ".erlang.cookie"
        assert cookie.read_text() == files["erlang-cookie"]
        assert cookie.stat().st_mode & 0o777 == 0o400
        # What a mount with fsGroup does to it.
        cookie.chmod(0o660)
    worker, administrator, topology = definitions.values()
    assert worker["permissions"][0]["configure"] == "^$"
    assert worker["users"][0]["tags"] == []
    assert administrator["users"][0]["tags"] == ["administrator"]
    assert "queues" in topology


@given(name=ANY_TEXT, password=ANY_TEXT)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_name_and_password_survive_the_definitions(
    script: str, files: Files, tmp_path: Path, name: str, password: str
) -> None:
    name, password = f"{name}&@password@", f'{password}\n\t\\"@username@"'
    given = {
        "users/administrator/username": name,
        "users/administrator/password": password,
    }
    definitions = start(script, tmp_path, {**files, **given})["20-administrator.json"]
    (administrator,) = definitions["users"]
    assert (administrator["name"], administrator["password"]) == (name, password)
    assert definitions["permissions"][0]["user"] == name


def test_an_application_is_a_user_with_what_its_secret_says(
    render: Render, script: str, tmp_path: Path
) -> None:
    release = render(
        {
            "vhosts": ["shop"],
            "users": {
                "billing": {
                    "existingSecret": "theirs",
                    "secretKeys": {"username": "login"},
                    "tags": ["monitoring"],
                    "permissions": {"shop": {"read": "^invoices$"}},
                }
            },
        }
    )
    secret = {"theirs": {"login": "bill", "password": "pay"}}
    definitions = start(script, tmp_path, mounted(release, secret))["10-billing.json"]
    assert definitions["users"] == [{"name": "bill", "password": "pay", "tags": ["monitoring"]}]
    assert {"name": "shop"} in definitions["vhosts"]
    assert definitions["permissions"] == [
        {
            "user": "bill",
            "vhost": "shop",
            "configure": "^$",
            "write": "^$",
            "read": "^invoices$",
        }
    ]

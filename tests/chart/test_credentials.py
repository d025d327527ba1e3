"""One password, the same wherever it stands, and readable wherever it is read."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import pytest

from chartproof.release import Release
from tests.chart.pods import containers, pod_specs
from tests.chart.refusals import faults
from workers import address

AWKWARD = "quote \" ' backslash \\ hash # at @ slash / colon : percent % plus + space ü"

Render = Callable[..., Release]


def secret(release: Release, name: str) -> dict[str, str]:
    """Return what a Secret of the release holds."""
    data: dict[str, str] = release.get("Secret", name).body["stringData"]
    return data


def login(release: Release, deployment: str) -> dict[str, tuple[str, str]]:
    """Return the files of a worker's login: the Secret and the key that each comes from."""
    pod = release.get("Deployment", deployment).body["spec"]["template"]["spec"]
    (volume,) = (each for each in pod["volumes"] if each["name"] == "login")
    return {
        item["path"]: (source["secret"]["name"], item["key"])
        for source in volume["projected"]["sources"]
        for item in source["secret"]["items"]
    }


@pytest.mark.parametrize("worker", ["producer", "consumer"])
def test_workers_log_in_with_the_password_of_the_brokers_secret(
    release: Release, worker: str
) -> None:
    url = urlsplit(secret(release, worker)["MQ_URL"])
    broker = secret(release, "broker")
    assert (url.username, url.password) == (broker["worker-username"], broker["worker-password"])
    assert url.hostname == release.get("Service", "broker").name


def test_random_credentials_differ_from_each_other_and_from_render_to_render(
    render: Render,
) -> None:
    keys = ("password", "worker-password", "erlang-cookie")
    found = [secret(render(), "broker")[key] for key in keys * 2]
    assert len(set(found)) == len(found)
    assert all(len(value) >= 32 for value in found)


@pytest.mark.parametrize("worker", ["producer", "consumer"])
def test_any_password_survives_the_url(render: Render, worker: str) -> None:
    auth = {"workerUsername": AWKWARD, "workerPassword": AWKWARD}
    release = render({"broker": {"auth": auth}})
    url = secret(release, worker)["MQ_URL"]
    parts = urlsplit(url)
    assert parts.username is not None
    assert parts.password is not None
    assert (unquote(parts.username), unquote(parts.password)) == (AWKWARD, AWKWARD)
    assert parts.port == 5672
    assert secret(release, "broker")["worker-password"] == AWKWARD


def test_with_an_existing_secret_nothing_secret_is_rendered(render: Render) -> None:
    release = render({"broker": {"auth": {"existingSecret": "mine"}}})
    with pytest.raises(LookupError):
        release.get("Secret", "broker")
    assert "@" not in secret(release, "producer")["MQ_URL"]
    assert login(release, "producer") == {
        "MQ_URL": (release.get("Secret", "producer").name, "MQ_URL"),
        "MQ_USERNAME": ("mine", "worker-username"),
        "MQ_PASSWORD": ("mine", "worker-password"),
    }
    assert str(release) == str(render({"broker": {"auth": {"existingSecret": "mine"}}}))


def test_with_existing_secrets_every_render_is_the_same(render: Render) -> None:
    issuer = {"issuerRef": {"name": "private"}}
    values = {
        "broker": {
            "auth": {"existingSecret": "mine"},
            "tls": {
                "enabled": True,
                "verifyClients": True,
                "source": "certManager",
                "certManager": issuer,
            },
        },
        "users": {"shop": {"existingSecret": "shop"}},
        "consumer": {"autoscaling": {"type": "keda"}},
    }
    assert str(render(values)) == str(render(values))


def test_the_keys_of_an_existing_secret_become_the_files_the_start_reads(render: Render) -> None:
    keys = {"username": "admin-name", "workerUsername": "app-name", "workerPassword": "app-word"}
    release = render({"broker": {"auth": {"existingSecret": "mine", "secretKeys": keys}}})
    pod = release.get("StatefulSet", "broker").body["spec"]["template"]["spec"]
    (volume,) = (each for each in pod["volumes"] if each["name"] == "secrets")
    sources = (source["secret"] for source in volume["projected"]["sources"])
    mine = [source for source in sources if source["name"] == "mine"]
    assert {item["path"]: item["key"] for source in mine for item in source["items"]} == {
        "users/administrator/username": "admin-name",
        "users/administrator/password": "password",
        "users/worker/username": "app-name",
        "users/worker/password": "app-word",
        "erlang-cookie": "erlang-cookie",
    }
    assert login(release, "consumer")["MQ_USERNAME"] == ("mine", "app-name")


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("amqp://u:p@host", True),
        ("amqp://u:p@host:5672/", True),
        ("amqps://u:p@one,two:5671,[::1]:5673/a%2Fb", True),
        ("amqps://u:p%40%2C%3A@one,two/v", True),
        ("amqp://u:p@one,,two/", False),
        ("amqp://u:p@one,two:/", False),
        ("amqp://u:p@one,u:p@two/", False),
        ("amqp://u:p@one two/", False),
        ("amqp://u:p@one,[::1/", False),
        ("amqp://u:p@::1/", False),
        ("amqp://u:p@one,two/a/b", False),
        ("http://u:p@one/", False),
    ],
)
def test_the_chart_lets_through_the_addresses_that_workers_can_use(
    render: Render, url: str, usable: bool
) -> None:
    values = {"broker": {"enabled": False}, "externalBroker": {"url": url}}
    if usable:
        given = secret(render(values), "consumer")["MQ_URL"]
        assert len(address.parse(given).hosts) == 1 + given.count(",")
    else:
        (fault,) = faults(render, values)
        assert "externalBroker.url is not of the form" in fault
        with pytest.raises(ValueError, match="expected amqp://"):
            address.parse(url)


def test_the_user_and_password_of_an_external_broker_may_stand_in_a_secret(render: Render) -> None:
    external = {"url": "amqps://broker.example.com/v", "existingSecret": "theirs"}
    release = render({"broker": {"enabled": False}, "externalBroker": external})
    assert secret(release, "consumer") == {"MQ_URL": "amqps://broker.example.com/v"}
    files = login(release, "consumer")
    assert files["MQ_USERNAME"] == ("theirs", "username")
    assert files["MQ_PASSWORD"] == ("theirs", "password")


def test_the_whole_address_of_an_external_broker_may_stand_in_a_secret(render: Render) -> None:
    external = {"existingSecret": "theirs", "secretKeys": {"url": "uri"}}
    release = render({"broker": {"enabled": False}, "externalBroker": external})
    assert release.of_kind("Secret") == []
    assert login(release, "producer") == {"MQ_URL": ("theirs", "uri")}


def test_a_workers_own_secret_replaces_the_charts_for_all_its_containers(
    render_with: Callable[..., Release],
) -> None:
    release = render_with("consumer.existingSecret=mine")
    pods = dict(pod_specs(release))
    for each in containers(pods[release.get("Deployment", "consumer").name]):
        references = [source.get("secretRef") for source in each["envFrom"]]
        assert {"name": "mine"} in references
    assert set(login(release, "consumer").values()) == {
        ("mine", variable) for variable in ("MQ_URL", "MQ_USERNAME", "MQ_PASSWORD")
    }
    assert [m.short_name for m in release.of_kind("Secret") if m.short_name == "consumer"] == []


@pytest.mark.parametrize("worker", ["producer", "consumer"])
def test_a_login_is_files_and_no_variable_so_that_a_running_worker_can_read_it_anew(
    release: Release, worker: str
) -> None:
    pod = release.get("Deployment", worker).body["spec"]["template"]["spec"]
    for each in containers(pod):
        assert "secret" not in str(each.get("env", []) + each["envFrom"]).lower()
        (mount,) = (m for m in each["volumeMounts"] if m["name"] == "login")
        folder = release.get("ConfigMap", worker).body["data"]["MQ_SECRETS_DIR"]
        assert mount["mountPath"] == folder
        assert "subPath" not in mount

"""Every fault of the settings is one line that names the variable and shows no password."""

from __future__ import annotations

import os

import pytest

from workers import config
from workers.config import ConfigError

PASSWORD = "s3cret"
URL = f"amqp://anna:{PASSWORD}@broker:5672/shop"
SHAPE = "expected amqp://user:password@host:5672/vhost"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(config.PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MQ_URL", URL)
    monkeypatch.setenv("MQ_CH", "test")


FAULTS = [
    ("MQ_RATE", "fast", "it should be a valid number, unable to parse string as a number"),
    ("MQ_RATE", "-1", "it should be greater than or equal to 0"),
    ("MQ_RATE", "nan", "it should be a finite number"),
    ("MQ_PREFETCH", "0", "it should be greater than or equal to 1"),
    ("MQ_HEALTH_PORT", "80800", "it should be less than or equal to 65535"),
    ("MQ_AUDIT", "maybe", "it should be a valid boolean, unable to interpret input"),
    ("MQ_LOG_LEVEL", "inof", "it should be 'debug', 'info', 'warning' or 'error'"),
]
ENCODE = "write : / @ in a password as %3A %2F %40"
URL_FAULTS = [
    (f"anna:{PASSWORD}@broker", f"it has no scheme; {SHAPE}"),
    (f"http://anna:{PASSWORD}@broker", f"the scheme is 'http'; {SHAPE}"),
    (f"amqp://anna:{PASSWORD}@/", f"it names no host; write / in a password as %2F; {SHAPE}"),
    (f"amqp://anna:{PASSWORD}#1@broker", f"write # as %23; {SHAPE}"),
    (
        f"amqp://anna:{PASSWORD}?1@broker",
        f"it has a query; write ? in a password as %3F and set options by MQ_ variables; {SHAPE}",
    ),
    (
        f"amqp://anna:{PASSWORD}/1@broker",
        f"the port is not a number up to 65535; {ENCODE}; {SHAPE}",
    ),
    (
        f"amqp://anna:{PASSWORD}@broker:56720000",
        f"the port is not a number up to 65535; {ENCODE}; {SHAPE}",
    ),
    (
        f"amqp://anna:{PASSWORD}@broker/a/b",
        f"the path is more than a virtual host; write / in its name as %2F; {SHAPE}",
    ),
    (f"amqp://:{PASSWORD}@broker", f"it names no user; {SHAPE}, or MQ_USERNAME"),
    ("amqp://anna@broker", f"it has no password; {SHAPE}, or MQ_PASSWORD"),
]
NAME_FAULTS = [
    ("MQ_CH", "", "MQ_CH is not set; expected the queue's name"),
    ("MQ_URL", "", f"MQ_URL is not set; expected the broker: {SHAPE.removeprefix('expected ')}"),
    ("MQ_PREFECH", "5", "MQ_PREFECH: there is no such variable; did you mean MQ_PREFETCH?"),
]
LINES = [
    *((name, value, f"{name}={value}: {fault}") for name, value, fault in FAULTS),
    *(("MQ_URL", url, f"MQ_URL: {fault}") for url, fault in URL_FAULTS),
    *NAME_FAULTS,
]


@pytest.mark.parametrize(("name", "value", "line"), LINES)
def test_a_fault_is_exactly_this_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        config.load()
    assert str(caught.value) == line
    assert PASSWORD not in line


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MQ_WINDOW", "0")
    monkeypatch.setenv("MQ_GRACE", "soon")
    monkeypatch.setenv("MQ_TREADS", "4")
    with pytest.raises(ConfigError) as caught:
        config.load()
    names = [line.split("=")[0].split(":")[0] for line in str(caught.value).splitlines()]
    assert sorted(names) == ["MQ_GRACE", "MQ_TREADS", "MQ_WINDOW"]


def test_a_name_like_no_other_gets_the_list_of_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MQ_ZZZ", "1")
    with pytest.raises(ConfigError, match=r"MQ_ZZZ: .*known are MQ_URL, .*MQ_AUDIT"):
        config.load()


def test_what_kubernetes_sets_for_a_service_called_mq_broker_is_no_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MQ_BROKER_SERVICE_HOST", "10.96.0.7")
    monkeypatch.setenv("MQ_BROKER_PORT", "tcp://10.96.0.7:5672")
    monkeypatch.setenv("MQ_BROKER_PORT_5672_TCP_ADDR", "10.96.0.7")
    assert config.load().queue == "test"


def test_the_settings_show_no_password() -> None:
    settings = config.load()
    assert PASSWORD not in repr(settings)
    assert PASSWORD not in repr(settings.broker)
    assert PASSWORD not in str(settings.broker)


def test_the_url_says_where_and_who() -> None:
    broker = config.load().broker
    assert (broker.host, broker.port, broker.vhost) == ("broker", 5672, "shop")
    assert (broker.username, broker.password, broker.tls) == ("anna", PASSWORD, False)


@pytest.mark.parametrize(
    ("url", "vhost", "port", "password"),
    [
        ("amqp://u:p@h", "/", 5672, "p"),
        ("amqp://u:p@h/", "/", 5672, "p"),
        ("amqp://u:p@h/%2F", "/", 5672, "p"),
        ("amqp://u:p@h/a%2Fb", "a/b", 5672, "p"),
        ("amqps://u:p@h", "/", 5671, "p"),
        ("amqp://u:%23%2F%3F%40@h:1", "/", 1, "#/?@"),
    ],
)
def test_percent_encoding_and_defaults_of_the_url(
    monkeypatch: pytest.MonkeyPatch, url: str, vhost: str, port: int, password: str
) -> None:
    monkeypatch.setenv("MQ_URL", url)
    broker = config.load().broker
    assert (broker.vhost, broker.port, broker.password) == (vhost, port, password)


def test_user_and_password_of_their_own_need_no_encoding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MQ_URL", "amqp://broker")
    monkeypatch.setenv("MQ_USERNAME", "an/na")
    monkeypatch.setenv("MQ_PASSWORD", "a#b/c")
    broker = config.load().broker
    assert (broker.username, broker.password) == ("an/na", "a#b/c")

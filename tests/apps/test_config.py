"""Every fault of the settings is one line that names the variable and shows no password."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.certificates import Authority
from workers import config
from workers.address import Host
from workers.settings import PREFIX, ConfigError

PASSWORD = "s3cret"
URL = f"amqp://anna:{PASSWORD}@broker:5672/shop"
SHAPE = "expected amqp://user:password@host:5672/vhost"
URL_WORDS = SHAPE.replace("amqp:", "the broker: amqp:") + "; several: host,other:5672"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
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
    ("MQ_POOL", "fork", "it should be 'threads' or 'processes'"),
    ("MQ_BATCH", "0", "it should be greater than or equal to 1"),
    (
        "MQ_BATCH",
        "101",
        "no more than MQ_PREFETCH=100 messages come before one is acknowledged;"
        " expected at most that many",
    ),
    ("MQ_BATCH_WAIT", "0", "it should be greater than 0"),
    ("MQ_HANDLER_TIMEOUT", "0", "it should be greater than 0"),
    ("MQ_CONNECT_TIMEOUT", "0", "it should be greater than 0"),
    ("MQ_RECONNECT_WAIT", "inf", "it should be a finite number"),
    ("MQ_RETRY_LIMIT", "-1", "it should be greater than or equal to 0"),
    ("MQ_RETRY_QUEUE", "test", "it is the queue of MQ_CH; expected one that dead-letters to it"),
    ("MQ_LOG_LEVEL", "inof", "it should be 'debug', 'info', 'warning' or 'error'"),
]
NO_PORT = (
    "is not a number from 1 to 65535; write : / @ in a password as %3A %2F %40,"
    f" and an IPv6 address in brackets; {SHAPE}"
)
NO_IPV6 = f"hold no IPv6 address; expected [::1] or [::1]:5672; {SHAPE}"
URL_FAULTS = [
    (f"anna:{PASSWORD}@broker", f"it has no scheme; {SHAPE}"),
    (f"http://anna:{PASSWORD}@broker", f"the scheme is 'http'; {SHAPE}"),
    (f"amqp://anna:{PASSWORD}@/", f"it names no host; write / in a password as %2F; {SHAPE}"),
    (f"amqp://anna:{PASSWORD}#1@broker", f"write # as %23; {SHAPE}"),
    (
        f"amqp://anna:{PASSWORD}?1@broker",
        f"it has a query; write ? in a password as %3F and set options by MQ_ variables; {SHAPE}",
    ),
    (f"amqp://anna:{PASSWORD}/1@broker", f"the port {NO_PORT}"),
    (f"amqp://anna:{PASSWORD}@broker:56720000", f"the port {NO_PORT}"),
    (f"amqp://anna:{PASSWORD}@broker:0", f"the port {NO_PORT}"),
    (f"amqp://anna:{PASSWORD}@::1", f"the port {NO_PORT}"),
    (f"amqp://anna:{PASSWORD}@a,b:x,c", f"the port of host 2 {NO_PORT}"),
    (f"amqp://anna:{PASSWORD}@a,,c", f"the name of host 2 is empty or has a space; {SHAPE}"),
    (f"amqp://anna:{PASSWORD}@a b", f"the name is empty or has a space; {SHAPE}"),
    (f"amqp://anna:{PASSWORD}@[::1", f"the brackets {NO_IPV6}"),
    (f"amqp://anna:{PASSWORD}@a,[b]:5672", f"the brackets of host 2 {NO_IPV6}"),
    (f"amqp://anna:{PASSWORD}@[::1]5672", f"the brackets {NO_IPV6}"),
    (
        f"amqp://anna:{PASSWORD}@a,anna:{PASSWORD}@b",
        f"the login comes once, before the first host; write @ in a password as %40; {SHAPE}",
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
    ("MQ_URL", "", f"MQ_URL is not set; {URL_WORDS}"),
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
    assert (broker.hosts, broker.vhost) == ((Host("broker", 5672),), "shop")
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
    assert (broker.vhost, broker.password) == (vhost, password)
    assert broker.hosts == (Host("h", port),)


def test_several_hosts_have_one_login_and_ports_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MQ_URL", f"amqps://anna:{PASSWORD}@A,b:1,[::1]:2,[FE80::2]/shop")
    broker = config.load().broker
    assert [(host.name, host.port) for host in broker.hosts] == [
        ("a", 5671),
        ("b", 1),
        ("::1", 2),
        ("fe80::2", 5671),
    ]
    assert (broker.username, broker.password, broker.vhost) == ("anna", PASSWORD, "shop")
    assert str(broker) == "a:5671,b:1,[::1]:2,[fe80::2]:5671/shop"


def test_a_line_break_at_the_end_of_a_url_is_none_of_its_virtual_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MQ_URL", f"{URL}\n")
    assert config.load().broker.vhost == "shop"


def test_user_and_password_of_their_own_need_no_encoding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MQ_URL", "amqp://broker")
    monkeypatch.setenv("MQ_USERNAME", "an/na")
    monkeypatch.setenv("MQ_PASSWORD", "a#b/c")
    broker = config.load().broker
    assert (broker.username, broker.password) == ("an/na", "a#b/c")


def test_files_of_a_folder_win_over_the_variables_of_their_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MQ_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("MQ_USERNAME", "kept")
    (tmp_path / "MQ_URL").write_text("amqp://other")
    (tmp_path / "MQ_PASSWORD").write_text("with a line break\n")
    (tmp_path / "MQ_USERNAME").write_text("")
    broker = config.load().broker
    assert (broker.hosts[0].name, broker.username, broker.password) == (
        "other",
        "kept",
        "with a line break\n",
    )


def test_settings_are_renewed_from_the_files_and_from_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plain = config.load()
    assert config.renewed(plain) is plain
    monkeypatch.setenv("MQ_SECRETS_DIR", str(tmp_path))
    file = tmp_path / "MQ_PASSWORD"
    file.write_text("first")
    settings = config.load()
    file.write_text("second")
    assert settings.broker.password == "first"
    assert config.renewed(settings).broker.password == "second"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"amqp://anna:s3cret@broker/a/b", "MQ_URL: the path is more than a virtual host"),
        (b"amqp://\xff", "MQ_URL: it is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_fault_without_its_content(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes, fault: str
) -> None:
    monkeypatch.setenv("MQ_SECRETS_DIR", str(tmp_path))
    (tmp_path / "MQ_URL").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        config.load()
    assert fault in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_a_folder_that_is_not_there_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MQ_SECRETS_DIR", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match=r"MQ_SECRETS_DIR=.*/none: there is no such folder"):
        config.load()


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Authority:
    """Give an authority, and the settings a broker behind TLS."""
    monkeypatch.setenv("MQ_URL", URL.replace("amqp:", "amqps:"))
    return Authority(tmp_path)


def tls_faults(monkeypatch: pytest.MonkeyPatch, **files: Path) -> list[str]:
    """Return the lines about files given as MQ_TLS_ variables."""
    for name, path in files.items():
        monkeypatch.setenv(f"MQ_TLS_{name.upper()}", str(path))
    with pytest.raises(ConfigError) as caught:
        config.load()
    return str(caught.value).splitlines()


def test_files_for_tls_that_fit_together_are_taken(
    monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    certificate, key = authority.issue("worker")
    monkeypatch.setenv("MQ_TLS_CA", str(authority.ca))
    monkeypatch.setenv("MQ_TLS_CERT", str(certificate))
    monkeypatch.setenv("MQ_TLS_KEY", str(key))
    assert config.load().tls_files.context().get_ca_certs()


def test_a_file_for_tls_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    gone = authority.folder / "gone"
    assert tls_faults(monkeypatch, ca=gone) == [f"MQ_TLS_CA={gone}: No such file or directory"]


def test_a_file_for_tls_with_something_else_in_it_is_named(
    monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    certificate, key = authority.issue("worker")
    assert tls_faults(monkeypatch, ca=key, cert=certificate, key=key) == [
        f"MQ_TLS_CA={key}: no certificate in PEM; expected -----BEGIN CERTIFICATE-----"
    ]


def test_a_key_has_to_be_that_of_the_certificate(
    monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    certificate, key = authority.issue("worker")[0], authority.issue("other")[1]
    assert tls_faults(monkeypatch, cert=certificate, key=key) == [
        f"MQ_TLS_CERT={certificate}: "
        "no certificate in PEM, or not the one that the private key belongs to"
    ]


def test_a_key_alone_proves_nothing(monkeypatch: pytest.MonkeyPatch, authority: Authority) -> None:
    key = authority.issue("worker")[1]
    assert tls_faults(monkeypatch, key=key) == [
        f"MQ_TLS_KEY={key}: it needs MQ_TLS_CERT, the certificate that it belongs to"
    ]


def test_settings_for_tls_with_an_address_in_the_clear_are_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert tls_faults(monkeypatch, ca=tmp_path, server_name=Path("broker")) == [
        "MQ_TLS_CA and MQ_TLS_SERVER_NAME: of no use, MQ_URL is in the clear; "
        "expected one that begins with amqps://"
    ]

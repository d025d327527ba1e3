"""What a worker is told: one field for each MQ_ variable."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from workers import address, tls

PREFIX = "MQ_"

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class ConfigError(Exception):
    """The settings cannot be used; the text has one line for each fault."""


class Settings(BaseSettings):
    """What a worker is told. Times are in seconds; an empty variable counts as not set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    url: SecretStr = Field(description=f"the broker: {address.SHAPE}; several: host,other:5672")
    username: str | None = Field(None, description="the user, in place of the URL's")
    password: SecretStr | None = Field(None, description="the password, in place of the URL's")
    secrets_dir: Path | None = Field(
        None,
        description="folder whose files MQ_URL, MQ_USERNAME and MQ_PASSWORD are read for each"
        " connection, in place of the variables",
    )
    tls_ca: Path | None = Field(
        None,
        description="file of the authorities that may vouch for the broker; default: the system's",
    )
    tls_cert: Path | None = Field(
        None,
        description="file with the certificate to show the broker, and those that vouch for it",
    )
    tls_key: Path | None = Field(None, description="file with that certificate's private key")
    tls_server_name: str | None = Field(
        None,
        description="name that the broker's certificate has to be for; default: the URL's host",
    )
    queue: str = Field(
        validation_alias="MQ_CH", min_length=1, max_length=255, description="the queue's name"
    )
    rate: float = Field(
        1.0, ge=0, allow_inf_nan=False, description="messages to publish a second; 0: no limit"
    )
    source: str = Field(
        "counter",
        min_length=1,
        description="what is published: counter, lines:PATH, lines:- (standard input) or"
        " module:function",
    )
    resume: Path | None = Field(
        None,
        description="file that says where to go on after a kill; for a source with a position",
    )
    max_body: int = Field(
        16 * 1024 * 1024,
        ge=1,
        description="bytes of a body, at most; RabbitMQ's max_message_size has the same default",
    )
    count: int = Field(0, ge=0, description="end after so many messages; 0: never")
    window: int = Field(500, ge=1, description="messages published and not yet confirmed, at most")
    confirm_timeout: Seconds = Field(
        30.0, description="without a confirm for so long, take a new connection"
    )
    prefetch: int = Field(
        100, ge=1, le=65535, description="messages delivered and not yet acknowledged, at most"
    )
    threads: int = Field(1, ge=1, le=1000, description="handlers that run at the same time")
    handler: str = Field(
        "workers.handlers:log_message", description="what is called, as module:function"
    )
    pool: Literal["threads", "processes"] = Field(
        "threads",
        description="threads, or processes: one for each thread, for handlers that compute",
    )
    batch: int | None = Field(
        None,
        ge=1,
        description="messages given to a batch handler at once, at most; default: half of"
        " MQ_PREFETCH",
    )
    batch_wait: Seconds = Field(0.1, description="how long a batch waits to be full")
    handler_timeout: Seconds | None = Field(
        None,
        description="how long a handler may run before it is interrupted and its message counts"
        " as failed; default: no limit",
    )
    retry_queue: str | None = Field(
        None,
        max_length=255,
        description="queue that failed messages wait in; it has to dead-letter them back to MQ_CH",
    )
    retry_limit: int = Field(
        20, ge=0, description="times that a message goes there before it is dead-lettered"
    )
    dedup: str | None = Field(
        None,
        description="what knows handled messages again, as module:class; workers.dedup:Recent"
        " remembers the last 100000 ids",
    )
    grace: Seconds = Field(25.0, description="time to finish in after SIGTERM")
    refusal_grace: Seconds = Field(
        30.0, description="time for which a refused login or permission is tried again"
    )
    wait_timeout: Seconds = Field(300.0, description="time after which `workers wait` gives up")
    connect_timeout: Seconds = Field(
        10.0,
        description="time in which a host has to answer, up to the queue found; then the next one"
        " is tried",
    )
    reconnect_wait: Seconds = Field(
        30.0,
        description="longest wait before all hosts are tried again; the waits begin below 0.5 and"
        " double",
    )
    heartbeat: int = Field(10, ge=1, le=65535, description="the connection's heartbeat")
    health_port: int = Field(
        8080, ge=0, le=65535, description="port of /livez, /readyz and /metrics; 0: any free one"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="debug, info, warning or error"
    )
    log_format: Literal["json", "human"] = Field("json", description="json or human")
    name: str = Field(
        default_factory=socket.gethostname, description="the connection's name; default: the host's"
    )
    app_id: str = Field("workers", max_length=255, description="the app_id of each message")
    audit: bool = Field(False, description="log which message ids were confirmed and handled")

    @field_validator("url")
    @classmethod
    def _url_is_an_address(cls, url: SecretStr) -> SecretStr:
        address.parse(url.get_secret_value())
        return url

    @property
    def batch_size(self) -> int:
        """How many messages a batch has at most."""
        return self.batch or max(1, self.prefetch // 2)

    @property
    def broker(self) -> address.Address:
        """The broker's address with the login that counts."""
        parsed = address.parse(self.url.get_secret_value())
        password = self.password.get_secret_value() if self.password else parsed.password
        return replace(parsed, username=self.username or parsed.username, password=password)

    @property
    def tls_files(self) -> tls.Files:
        """The files for TLS, which an address that begins with amqps:// takes."""
        return tls.Files(self.tls_ca, self.tls_cert, self.tls_key)

"""The settings, read from MQ_ variables; every fault is one line that shows no password."""

from __future__ import annotations

import difflib
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from workers import address, tls

PREFIX = "MQ_"
SECRETS = {"MQ_URL", "MQ_PASSWORD"}
SECRETS_DIR = "MQ_SECRETS_DIR"
IN_FILES = ("url", "username", "password")

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class ConfigError(Exception):
    """The settings cannot be used; the text has one line for each fault."""


class Settings(BaseSettings):
    """What a worker is told. Times are in seconds; an empty variable counts as not set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    url: SecretStr = Field(description=f"the broker: {address.SHAPE}")
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
    grace: Seconds = Field(25.0, description="time to finish in after SIGTERM")
    refusal_grace: Seconds = Field(
        30.0, description="time for which a refused login or permission is tried again"
    )
    wait_timeout: Seconds = Field(300.0, description="time after which `workers wait` gives up")
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
    def broker(self) -> address.Address:
        """The broker's address with the login that counts."""
        parsed = address.parse(self.url.get_secret_value())
        password = self.password.get_secret_value() if self.password else parsed.password
        return replace(parsed, username=self.username or parsed.username, password=password)

    @property
    def tls_files(self) -> tls.Files:
        """The files for TLS, which an address that begins with amqps:// takes."""
        return tls.Files(self.tls_ca, self.tls_cert, self.tls_key)

    def renewed(self) -> Settings:
        """Return the settings with the files of MQ_SECRETS_DIR as they are now.

        Raises ConfigError when they can no longer be used.
        """
        return load() if self.secrets_dir else self


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from the process's environment and the files that it names.

    Raises ConfigError with all faults at once.
    """
    faults = list(_unknown_names(environ))
    try:
        settings = Settings.model_validate(_secrets(environ.get(SECRETS_DIR)))
    except ValidationError as error:
        faults += [_line(details) for details in error.errors()]
    else:
        faults += _missing_login(settings)
        faults += _unusable_tls(settings)
    if faults:
        raise ConfigError("\n".join(faults))
    return settings


def _secrets(folder: str | None) -> dict[str, str]:
    """Read the files of MQ_SECRETS_DIR by field. One that is missing or empty leaves the variable.

    They are taken to the letter, as the broker takes them: a line break at the end is part of a
    password.
    """
    if not folder:
        return {}
    if not Path(folder).is_dir():
        raise ConfigError(f"{SECRETS_DIR}={folder}: there is no such folder")
    found = {}
    for field in IN_FILES:
        file = Path(folder) / _name(field)
        try:
            found[field] = file.read_bytes().decode()
        except FileNotFoundError:
            continue
        except UnicodeDecodeError:
            raise ConfigError(f"{file}: it is not UTF-8") from None
        except OSError as error:
            raise ConfigError(f"{file}: {error.strerror}") from None
    return {field: text for field, text in found.items() if text}


def variables() -> dict[str, str]:
    """Return what each variable means, with its default, in the order of Settings."""
    table = {}
    for field, info in Settings.model_fields.items():
        has_default = isinstance(info.default, str | float | int) and info.default is not False
        shown = f" (default {info.default})" if has_default else ""
        table[_name(info.validation_alias or field)] = f"{info.description}{shown}"
    return table


def _name(location: object) -> str:
    """Return the variable's name for a field's name or alias."""
    name = str(location)
    return name if name.startswith(PREFIX) else PREFIX + name.upper()


def _unknown_names(environ: Mapping[str, str]) -> Iterator[str]:
    """Find misspelt variables, but not those that Kubernetes sets for a Service called mq-*."""
    known = variables()
    services = tuple(
        name.removesuffix("SERVICE_HOST") for name in environ if name.endswith("_SERVICE_HOST")
    )
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known and not name.startswith(services):
            nearest = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {nearest[0]}?" if nearest else f"known are {', '.join(known)}"
            yield f"{name}: there is no such variable; {hint}"


def _line(details: ErrorDetails) -> str:
    """Word one of pydantic's faults."""
    name = _name(details["loc"][0])
    if details["type"] == "missing":
        return f"{name} is not set; expected {variables()[name]}"
    found = "" if name in SECRETS else f"={details['input']}"
    fault = details["msg"].removeprefix("Value error, ").replace("Input should", "it should")
    return f"{name}{found}: {fault}"


def _missing_login(settings: Settings) -> Iterator[str]:
    broker = settings.broker
    if not broker.username:
        yield f"MQ_URL: it names no user; expected {address.SHAPE}, or MQ_USERNAME"
    if not broker.password:
        yield f"MQ_URL: it has no password; expected {address.SHAPE}, or MQ_PASSWORD"


def _unusable_tls(settings: Settings) -> Iterator[str]:
    given = [name for name in settings.model_fields_set if name.startswith("tls_")]
    if settings.broker.tls:
        for name, why in settings.tls_files.faults():
            yield f"{_name(f'tls_{name}')}={getattr(settings.tls_files, name)}: {why}"
    elif given:
        names = " and ".join(map(_name, sorted(given)))
        yield f"{names}: of no use, MQ_URL is in the clear; expected one that begins with amqps://"

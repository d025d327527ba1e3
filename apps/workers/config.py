"""The settings, read from MQ_ variables; every fault is one line that shows no password."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from workers import address
from workers.settings import PREFIX, ConfigError, Settings

BROKER = "the broker"
TLS = "TLS, for an address that begins with amqps://"
WORK = "the work"
PRODUCE = "workers produce"
CONSUME = "workers consume"
EVERY = "every command"
SECRETS = {"MQ_URL", "MQ_PASSWORD"}
SECRETS_DIR = "MQ_SECRETS_DIR"
GROUPS = {
    "url": BROKER,
    "tls_ca": TLS,
    "queue": WORK,
    "rate": PRODUCE,
    "prefetch": CONSUME,
    "grace": EVERY,
}
"""The titles of groups of settings, by the first field of each."""
IN_FILES = ("url", "username", "password")


def load(environ: Mapping[str, str] = os.environ, queue: str | None = None) -> Settings:
    """Read the settings from the process's environment and the files that it names.

    A `queue` counts in place of MQ_CH. Raises ConfigError with all faults at once.
    """
    given = {} if queue is None else {"MQ_CH": queue}
    return checked(
        Settings, {**_secrets(environ.get(SECRETS_DIR)), **given}, _unknown_names(environ)
    )


def checked(
    kind: type[Settings], given: Mapping[str, Any], faults_before: Iterable[str] = ()
) -> Settings:
    """Make settings of what is given, by field, and of what their kind reads by itself.

    Raises ConfigError with all faults at once.
    """
    faults = list(faults_before)
    try:
        settings = kind.model_validate(given)
    except ValidationError as error:
        faults += [_line(details) for details in error.errors()]
    else:
        faults += _missing_login(settings)
        faults += _unusable_tls(settings)
        faults += _unusable_together(settings)
    if faults:
        raise ConfigError("\n".join(faults))
    return settings


def renewed(settings: Settings) -> Settings:
    """Return the settings with the files of MQ_SECRETS_DIR as they are now.

    Raises ConfigError when they can no longer be used.
    """
    return load(queue=settings.queue) if settings.secrets_dir else settings


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
        default = info.default
        if isinstance(default, bool):
            default = str(default).lower()
        shown = f" (default {default})" if isinstance(default, str | float | int) else ""
        table[_variable(field)] = f"{info.description}{shown}"
    return table


def groups() -> dict[str, dict[str, str]]:
    """Return what `variables` returns, by what the variables are for, and which are required."""
    known = variables()
    table: dict[str, dict[str, str]] = {}
    title = ""
    for field, info in Settings.model_fields.items():
        title = GROUPS.get(field, title)
        name = _variable(field)
        required = " (required)" if info.is_required() else ""
        table.setdefault(title, {})[name] = f"{known[name]}{required}"
    return table


def _variable(field: str) -> str:
    """Return the variable that a field is read from."""
    return _name(Settings.model_fields[field].validation_alias or field)


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


def _unusable_together(settings: Settings) -> Iterator[str]:
    if settings.batch and settings.batch > settings.prefetch:
        yield (
            f"MQ_BATCH={settings.batch}: no more than MQ_PREFETCH={settings.prefetch} messages"
            " come before one is acknowledged; expected at most that many"
        )
    if settings.retry_queue == settings.queue:
        yield (
            f"MQ_RETRY_QUEUE={settings.retry_queue}: it is the queue of MQ_CH; expected one that"
            " dead-letters to it"
        )

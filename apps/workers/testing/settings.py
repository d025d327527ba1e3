"""The settings of a worker in a test: what the test says, and the defaults."""

from __future__ import annotations

from typing import Any

from pydantic_settings import PydanticBaseSettingsSource

from workers import config
from workers.settings import Settings
from workers.testing.queue import NAME, RETRY_NAME


class Given(Settings):
    """Settings that no variable of the machine changes."""

    @classmethod
    def settings_customise_sources(
        cls, *_: Any, **sources: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is given, and nothing else."""
        return (sources["init_settings"],)


def made(*, retries: int | None = None, **fields: Any) -> Settings:
    """Return the settings with these fields; one that is None keeps its default.

    `retries` is the limit of a retry queue, which there is none without. Raises ConfigError with a
    line for each fault, by the names of the variables.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    if retries is not None:
        given |= {"retry_queue": RETRY_NAME, "retry_limit": retries}
    return config.checked(
        Given, {"url": "amqp://test:test@in-memory", "MQ_CH": NAME, "name": "test", **given}
    )

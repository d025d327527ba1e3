"""What the benchmark needs of other languages and libraries, made once into the cache."""

from __future__ import annotations

import hashlib
import shutil
import sys
import venv
from collections.abc import Callable
from pathlib import Path

from chartproof.cluster.cache import cache_dir, once
from chartproof.cluster.node.programs import go
from chartproof.cluster.shell import run
from chartproof.errors import ChartproofError

HERE = Path(__file__).parent
LIBRARIES = (
    "aio-pika==10.2.1",
    "celery==5.7.0",
    "dramatiq[rabbitmq]==2.2.1",
    "faststream[rabbit]==0.7.8",
    "kombu==5.7.0",
    "matplotlib==3.10.7",
    "pika==1.4.4",
)
PERF_TEST = "com.rabbitmq:perf-test:2.22.1"
MAVEN_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


class MissingError(ChartproofError):
    """This machine cannot run a contestant; the text says what it lacks."""


def python() -> Path:
    """Return the Python that has the other libraries, installed at the first call."""
    digest = hashlib.sha256("\n".join((sys.version, *LIBRARIES)).encode()).hexdigest()[:12]

    def make(part: Path) -> None:
        venv.create(part, with_pip=True, symlinks=True)
        run([part / "bin/python", "-m", "pip", "install", "--quiet", *LIBRARIES])

    return once(_folder() / f"python-{digest}", make) / "bin/python"


def amqp091() -> Path:
    """Return the program on amqp091-go, built at the first call."""
    source = HERE / "amqp091"
    text = b"".join(file.read_bytes() for file in sorted(source.iterdir()))

    def build(part: Path) -> None:
        run([go(), "build", "-o", part, "."], cwd=source, env={"CGO_ENABLED": "0"})

    return once(_folder() / f"amqp091-{hashlib.sha256(text).hexdigest()[:12]}", build)


def perf_test() -> list[str | Path]:
    """Return the command line of PerfTest without its options; Maven downloads it at first.

    Raises MissingError on a machine without Java and Maven.
    """
    for command in ("java", "mvn"):
        if not shutil.which(command):
            raise MissingError(f"PerfTest is left out: there is no {command}")
    group, artifact, version = PERF_TEST.split(":")

    def download(part: Path) -> None:
        part.mkdir()
        project = part / "pom.xml"
        project.write_text(
            "<project><modelVersion>4.0.0</modelVersion><groupId>benchmark</groupId>"
            "<artifactId>peers</artifactId><version>1</version><packaging>pom</packaging>"
            f"<dependencies><dependency><groupId>{group}</groupId><artifactId>{artifact}"
            f"</artifactId><version>{version}</version></dependency></dependencies></project>"
        )
        into = f"-DoutputDirectory={part}"
        run(["mvn", "--quiet", "--batch-mode", f"--file={project}", MAVEN_COPY, into])

    folder = once(_folder() / f"{artifact}-{version}", download)
    return ["java", "-cp", f"{folder}/*", "com.rabbitmq.perf.PerfTest"]


def available(make: Callable[[], object]) -> str | None:
    """Say why something cannot be had on this machine, or None."""
    try:
        make()
    except ChartproofError as error:
        return str(error)
    return None


def _folder() -> Path:
    return cache_dir() / "benchmarks"

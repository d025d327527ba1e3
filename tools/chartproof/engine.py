"""The one place that talks to Helm: its SDK, in this process, loaded on first use.

What decides the shape of this module (each has a test in tests/tools/test_engine.py): a render
removes disabled subcharts from its chart handle for good, so a chart that has any is loaded anew
from bytes by every render; `Chart.render` cannot be told a Kubernetes version although the C call
behind it can; Helm writes log lines to file descriptor 2, whatever the SDK's own logging is set to.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from chartproof.errors import ChartproofError, InputError
from chartproof.options import RenderOptions
from chartproof.quiet import QUIET

if TYPE_CHECKING:
    from helm_python import Chart, Config


class EngineError(ChartproofError):
    """What Helm says of a failure, in its own words."""


class ValuesRefusedError(EngineError):
    """Values that Helm cannot read, or that the chart's schema forbids."""


class TemplateFailedError(EngineError):
    """A template that cannot be parsed or executed."""


@dataclass(frozen=True)
class Rendered:
    """Output of every template and the CRDs in use, each by its path as Helm names it."""

    files: Mapping[str, str]
    crds: Mapping[str, str]


def pack(path: Path) -> bytes:
    """Read the chart folder or .tgz at `path` into the archive that `render` takes."""
    if path.is_file():
        return path.read_bytes()
    with _quiet_sdk() as helm, tempfile.TemporaryDirectory() as folder, helm.Chart.load(path) as it:
        packed = Path(it.save(folder)).read_bytes()
    # Stored instead of deflated, as every render unpacks it again.
    return gzip.compress(gzip.decompress(packed), compresslevel=0, mtime=0)


def package(chart: Path, destination: Path, version: str | None, app_version: str | None) -> Path:
    """Pack a chart folder as `helm package` does, and return the archive."""
    with _quiet_sdk() as helm:
        destination.mkdir(parents=True, exist_ok=True)
        return Path(
            helm.package(chart, destination=destination, version=version, app_version=app_version)
        )


def sign(archive: Path, key: str, keyring: Path, passphrase_file: Path | None) -> None:
    """Write the provenance file of an archive, by a file of secret keys."""
    with _quiet_sdk() as helm:
        helm.sign(archive, key=key, keyring=keyring, passphrase_file=passphrase_file)


def verify(archive: Path, keyring: Path) -> dict[str, Any]:
    """Check an archive's provenance file; the key's names are under `signed_by`."""
    with _quiet_sdk() as helm:
        found: dict[str, Any] = helm.verify(archive, keyring)
        return found


def push(archive: Path, remote: str, registry_config: Path, *, plain_http: bool) -> None:
    """Push an archive, and the provenance file beside it, under oci://HOST/PATH.

    The logins are those in `registry_config`, a file as `helm registry login` writes it.
    """
    with (
        _quiet_sdk() as helm,
        helm.RegistryClient(plain_http=plain_http, credentials_file=registry_config) as client,
    ):
        client.push(archive, remote, plain_http=plain_http)


def render(archive: bytes, values: Mapping[str, Any], options: RenderOptions) -> Rendered:
    """Render every template of a chart archive, NOTES.txt among them."""
    with _quiet_sdk() as helm, _renderable(helm, archive) as chart:
        files = _render_with_capabilities(archive, chart, values, options)
        # Asked after the render, which has dropped the subcharts that the values disable.
        return Rendered(files, {crd["filename"]: crd["data"] for crd in chart.crds})


def render_templates(
    archive: bytes, values: Mapping[str, Any], options: RenderOptions
) -> dict[str, str]:
    """Render every template of a chart archive, without a look at the CRDs."""
    with _quiet_sdk() as helm, _renderable(helm, archive) as chart:
        return _render_with_capabilities(archive, chart, values, options)


def crds(archive: bytes) -> dict[str, str]:
    """Return the CRDs of a chart archive that no render changes, by their paths."""
    with _quiet_sdk() as helm, _renderable(helm, archive) as chart:
        return {crd["filename"]: crd["data"] for crd in chart.crds}


@contextmanager
def _renderable(helm: ModuleType, archive: bytes) -> Iterator[Chart]:
    """Give a chart as it is before any render."""
    if unchanging := _unchanging(archive):
        yield unchanging
    else:
        with helm.Chart.load_archive(archive) as chart:
            yield chart


@lru_cache(maxsize=64)
def _unchanging(archive: bytes) -> Chart | None:
    """Load a chart that no render changes, once for all renders; None where it has subcharts."""
    chart = _loaded_sdk().Chart.load_archive(archive)
    has_subcharts = chart.dependencies or chart.metadata.get("dependencies")
    return None if has_subcharts else chart


def _render_with_capabilities(
    archive: bytes, chart: Chart, values: Mapping[str, Any], options: RenderOptions
) -> dict[str, str]:
    """Render by the SDK's private C calls, which take what `Chart.render` leaves out."""
    from helm_python import _native

    given: dict[str, Any] = {
        "name": options.release,
        "namespace": options.namespace,
        "is_install": not options.is_upgrade,
        "is_upgrade": options.is_upgrade,
        "api_versions": options.api_versions,
    }
    if options.kube_version:
        given["kube_version"] = options.kube_version
    words = json.dumps(values), json.dumps(given)
    if options.objects:
        with _cluster(archive, words[0], options) as config:
            text = _native.call_string(
                "helm_render_with_config", config._raw(), chart._raw(), *words
            )
    else:
        text = _native.call_string("helm_render", chart._raw(), *words)
    rendered: dict[str, str] = json.loads(text)
    return rendered


@contextmanager
def _cluster(archive: bytes, values: str, options: RenderOptions) -> Iterator[Config]:
    """Give access to a cluster in which `lookup` finds the objects of `options`."""
    from chartproof.lookup import kinds_asked_for, serving

    objects = [json.loads(text) for text in options.objects]
    kinds = kinds_asked_for([gzip.decompress(archive).decode(errors="replace"), values])
    with (
        serving(objects, kinds, options.namespace) as kubeconfig,
        _loaded_sdk().Config(kubeconfig_content=kubeconfig) as config,
    ):
        yield config


def metadata(archive: bytes) -> dict[str, Any]:
    """Read Chart.yaml out of an archive."""
    with _quiet_sdk() as helm, helm.Chart.load_archive(archive) as chart:
        fields: dict[str, Any] = chart.metadata
        return fields


def dependencies(archive: bytes) -> set[str]:
    """Name the subcharts an archive brings along."""
    with _quiet_sdk() as helm, helm.Chart.load_archive(archive) as chart:
        return {dependency["name"] for dependency in chart.dependencies}


def merge_values(archive: bytes, values: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `values` over the defaults of the chart and its subcharts."""
    with _quiet_sdk() as helm, helm.Chart.load_archive(archive) as chart:
        merged: dict[str, Any] = chart.merge_values(dict(values))
        return merged


def lint(
    path: Path, values: Mapping[str, Any], options: RenderOptions, *, with_schema: bool = True
) -> list[dict[str, Any]]:
    """Run Helm's own lint: each message has `severity` (1 info to 3 error), `path`, `error`.

    A third of its time goes into the schema, which need not be asked again.
    """
    with _quiet_sdk() as helm:
        report = helm.lint(
            path,
            dict(values),
            namespace=options.namespace,
            kube_version=options.kube_version,
            skip_schema_validation=not with_schema,
        )
        messages: list[dict[str, Any]] = report["messages"]
        return messages


def parse_values(text: str) -> dict[str, Any]:
    """Read the text of a values file."""
    with _sdk() as helm:
        values: dict[str, Any] = helm.values_from_yaml(text)
        return values


def parse_set(expression: str) -> dict[str, Any]:
    """Read one `--set` expression."""
    with _sdk() as helm:
        values: dict[str, Any] = helm.parse_set_string(expression)
        return values


def check_release_name(name: str) -> None:
    """Raise InputError unless Helm takes `name` for a release."""
    with _sdk() as helm:
        try:
            helm.validate_release_name(name)
        except helm.HelmError as error:
            raise InputError(f"--release {name}: {error}") from error


@contextmanager
def _sdk() -> Iterator[ModuleType]:
    """Give the SDK; what it raises comes out as an EngineError."""
    helm_python = _loaded_sdk()
    try:
        yield helm_python
    except helm_python.HelmValuesError as error:
        raise ValuesRefusedError(str(error)) from error
    except helm_python.HelmRenderError as error:
        raise TemplateFailedError(str(error)) from error
    except helm_python.HelmError as error:
        raise EngineError(str(error)) from error


@cache
def _loaded_sdk() -> ModuleType:
    """Load the SDK: it takes a tenth of a second and 60 MB."""
    import helm_python

    return helm_python


@contextmanager
def _quiet_sdk() -> Iterator[ModuleType]:
    """Give the SDK with Helm's log lines kept off stderr."""
    with _sdk() as helm, QUIET:
        yield helm


def pull(
    chart: str,
    destination: Path,
    *,
    registry_config: Path,
    version: str | None = None,
    repo: str | None = None,
    plain_http: bool = False,
    username: str | None = None,
    password: str | None = None,
) -> None:
    """Fetch an archive into a folder as `helm pull` does; `chart` may be oci://... or a URL.

    A registry is asked with the logins in `registry_config`, a file as `helm registry login` writes
    it, or with the name and password given.
    """
    of_registry = chart.startswith("oci://")
    with _quiet_sdk() as helm, tempfile.TemporaryDirectory() as folder:
        logs_in = of_registry and username is not None
        logins = Path(folder, "config.json") if logs_in else registry_config
        with helm.RegistryClient(plain_http=plain_http, credentials_file=logins) as client:
            if logs_in:
                host = chart.removeprefix("oci://").partition("/")[0]
                client.login(
                    host,
                    username,
                    password or "",
                    plain_http=plain_http,
                )
            helm.pull(
                chart,
                client=client,
                destination=destination,
                version=version,
                repo_url=repo,
                plain_http=plain_http,
                username=None if of_registry else username,
                password=None if of_registry else password,
            )


def expand(archive: Path, destination: Path) -> None:
    """Unpack an archive into a folder of the chart's name below `destination`."""
    with _quiet_sdk() as helm:
        helm.expand(destination, archive)


def build_dependencies(chart: Path) -> None:
    """Fetch what Chart.yaml asks for into charts/, by Chart.lock where there is one."""
    with _quiet_sdk() as helm:
        if (chart / "Chart.lock").is_file():
            helm.dependency_build(chart)
        else:
            helm.dependency_update(chart)

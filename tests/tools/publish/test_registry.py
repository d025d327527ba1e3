"""`chartproof publish --to oci://` puts charts as `helm push` does, and never twice."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from chartproof.errors import ChartproofError, InputError
from chartproof.provenance import sign
from chartproof.publish import Plan, Settings, publish
from chartproof.publish.settings import Owner
from tests.support.archives import packed
from tests.support.certificates import Authority
from tests.support.command_line import CHARTPROOF
from tests.support.helm import HELMS, Helm
from tests.support.keys import OWNER, Key
from tests.support.relay_http import relay
from tests.support.servers import NAME, PASSWORD, registry, with_password
from tests.support.tokens import with_tokens
from tests.support.words import Words

pytestmark = pytest.mark.needs("registry", "gnupg", "helm3", "helm4")

ID = "3c8f4a8e-8bd3-44c8-8b1a-8ad2e5a4d0b2"
HTTP = Settings(plain_http=True)
ACCEPT = {"Accept": "application/vnd.oci.image.manifest.v1+json"}


@pytest.fixture(autouse=True)
def _homes(tmp_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GNUPGHOME", str(key.home))
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(tmp_path / "logins.json"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


@pytest.fixture
def host(tmp_path: Path) -> Iterator[str]:
    """Give a registry without a login."""
    with registry(tmp_path / "registry") as host:
        yield host


def put(host: str, *archives: Path, settings: Settings = HTTP) -> Plan:
    return publish(archives, f"oci://{host}/charts", settings, apply=True)


def manifest(host: str, tag: str, name: str = "shop") -> dict[str, Any]:
    """Return what the registry has under a tag."""
    answer = httpx.get(f"http://{host}/v2/charts/{name}/manifests/{tag}", headers=ACCEPT)
    body: dict[str, Any] = answer.raise_for_status().json()
    return body


def tags(host: str, name: str = "shop") -> list[str]:
    answer = httpx.get(f"http://{host}/v2/charts/{name}/tags/list")
    return sorted(answer.json().get("tags") or []) if answer.is_success else []


@pytest.fixture
def pulled(tmp_path: Path) -> Path:
    """Give a folder to pull into."""
    folder = tmp_path / "pulled"
    folder.mkdir()
    return folder


def signed(archive: Path) -> Path:
    sign(archive, OWNER)
    return archive


def test_a_dry_run_tells_what_would_be_pushed_and_pushes_nothing(host: str, tmp_path: Path) -> None:
    archive = signed(packed(tmp_path))
    plan = publish([archive], f"oci://{host}/charts", HTTP)
    told = "\n".join(plan.shown())
    assert "add     charts/shop:1.0.0" in told
    assert f"sha256:{hashlib.sha256(archive.read_bytes()).hexdigest()}" in told
    assert "with shop-1.0.0.tgz.prov" in told
    assert tags(host) == []


def test_what_is_pushed_is_what_helm_pushes_of_the_same_file(
    host: str, tmp_path: Path, helm: Helm
) -> None:
    archive = signed(
        packed(tmp_path, version="1.0.0+7", description="A shop", home="https://x.example.com")
    )
    put(host, archive)
    helm("push", archive, f"oci://{host}/theirs", "--plain-http")
    theirs = httpx.get(f"http://{host}/v2/theirs/shop/manifests/1.0.0_7", headers=ACCEPT).json()
    ours = manifest(host, "1.0.0_7")
    assert ours["layers"] == theirs["layers"]
    assert len(ours["layers"]) == 2
    assert ours["config"] == theirs["config"]
    assert ours["annotations"] == theirs["annotations"]


def test_both_helms_pull_verify_and_render_it(
    host: str, tmp_path: Path, pulled: Path, key: Key, helm: Helm
) -> None:
    archive = signed(packed(tmp_path))
    put(host, archive)
    chart = f"oci://{host}/charts/shop"
    verify: Words = ["--verify", "--keyring", key.public]
    helm("pull", chart, "--version", "1.0.0", "--plain-http", *verify, "-d", pulled)
    assert (pulled / "shop-1.0.0.tgz").read_bytes() == archive.read_bytes()
    rendered = helm("template", "demo", chart, "--version", "1.0.0", "--plain-http", *verify)
    assert 'data: {key: "a"}' in rendered
    assert "key: a" in helm("show", "values", chart, "--plain-http")


def test_the_digest_that_is_told_is_the_one_to_pull_by(
    host: str, tmp_path: Path, pulled: Path
) -> None:
    archive = packed(tmp_path)
    (reference,) = put(host, archive).done
    helm = Helm(HELMS["helm 4"], tmp_path / "helm")
    helm("pull", reference, "--plain-http", "-d", pulled)
    (file,) = pulled.iterdir()
    assert file.read_bytes() == archive.read_bytes()


def test_a_second_run_has_nothing_to_do(host: str, tmp_path: Path) -> None:
    archive = signed(packed(tmp_path))
    put(host, archive)
    before = manifest(host, "1.0.0")
    os.utime(archive, (1_700_000_000, 1_700_000_000))
    assert put(host, archive).changes is False
    assert manifest(host, "1.0.0") == before


def test_a_published_version_with_other_content_is_refused_before_anything_is_pushed(
    host: str, tmp_path: Path
) -> None:
    first = packed(tmp_path / "one")
    put(host, first)
    other = packed(tmp_path / "two", key="b")
    with pytest.raises(ChartproofError, match=r"charts/shop:1\.0\.0 is published with other") as it:
        put(host, packed(tmp_path, version="0.9.0"), other)
    for archive in (first, other):
        assert f"sha256:{hashlib.sha256(archive.read_bytes()).hexdigest()}" in str(it.value)
    assert tags(host) == ["1.0.0"]


def test_a_tag_that_holds_no_chart_is_not_written_over(host: str, tmp_path: Path) -> None:
    archive = packed(tmp_path)
    settings = Settings(plain_http=True, repository_id=ID)
    put(host, archive, settings=settings)
    taken = manifest(host, "artifacthub.io")
    headers = {"Content-Type": ACCEPT["Accept"]}
    address = f"http://{host}/v2/charts/shop/manifests/2.0.0"
    httpx.put(address, json=taken, headers=headers).raise_for_status()
    with pytest.raises(ChartproofError, match=r"no chart, but application/vnd\.cncf\.artif"):
        put(host, packed(tmp_path, version="2.0.0"))


def test_a_signature_can_come_later(host: str, tmp_path: Path, pulled: Path, key: Key) -> None:
    archive = packed(tmp_path)
    put(host, archive)
    before = manifest(host, "1.0.0")["layers"]
    (step,) = put(host, signed(archive)).steps
    assert step.what == "sign"
    assert before[0] in manifest(host, "1.0.0")["layers"]
    helm = Helm(HELMS["helm 4"], tmp_path / "helm")
    verify: Words = ["--verify", "--keyring", key.public, "-d", pulled]
    helm("pull", f"oci://{host}/charts/shop", "--plain-http", *verify)


def test_artifact_hubs_file_is_put_under_its_tag_as_artifact_hub_reads_it(
    host: str, tmp_path: Path
) -> None:
    archive = packed(tmp_path)
    owners = (Owner("Mia", "mia@example.com"),)
    settings = Settings(plain_http=True, repository_id=ID, owners=owners)
    put(host, archive, settings=settings)
    body = manifest(host, "artifacthub.io")
    assert body["config"]["mediaType"] == "application/vnd.cncf.artifacthub.config.v1+yaml"
    (layer,) = body["layers"]
    media_type = "application/vnd.cncf.artifacthub.repository-metadata.layer.v1.yaml"
    assert layer["mediaType"] == media_type
    blob = httpx.get(f"http://{host}/v2/charts/shop/blobs/{layer['digest']}").content
    assert yaml.safe_load(blob) == {
        "repositoryID": ID,
        "owners": [{"name": "Mia", "email": "mia@example.com"}],
    }
    assert put(host, archive, settings=settings).changes is False
    assert put(host, archive).changes is False
    other = Settings(plain_http=True, owners=(Owner("Noa", "noa@example.com"),))
    (step,) = put(host, archive, settings=other).steps
    assert step.what == "change"
    assert "+- email: noa@example.com" in step.lines or "+- name: Noa" in step.lines
    assert tags(host) == ["1.0.0", "artifacthub.io"]


def test_the_login_that_helm_has_left_is_used(tmp_path: Path, helm: Helm) -> None:
    folder = tmp_path / "closed"
    archive = packed(tmp_path)
    settings = Settings(plain_http=True, repository_id=ID)
    with registry(folder, with_password(folder)) as host:
        with pytest.raises(ChartproofError, match=f"log in by: helm registry login {host} --plain"):
            put(host, archive, settings=settings)
        login = ["-u", NAME, "-p", PASSWORD, "--plain-http"]
        helm("registry", "login", host, *login, "--registry-config", tmp_path / "logins.json")
        put(host, archive, settings=settings)
        assert put(host, archive, settings=settings).changes is False
        (tmp_path / "logins.json").write_text('{"auths": {}}')
        with pytest.raises(ChartproofError, match="it wants a login"):
            put(host, archive, settings=settings)


def test_a_registry_that_gives_tokens_is_written_to_with_helms_login(
    tmp_path: Path, helm: Helm
) -> None:
    archive = packed(tmp_path)
    settings = Settings(plain_http=True, repository_id=ID)
    with with_tokens(tmp_path / "closed") as auth, registry(tmp_path / "closed", auth) as host:
        with pytest.raises(ChartproofError, match="helm registry login"):
            put(host, archive, settings=settings)
        login = ["-u", NAME, "-p", PASSWORD, "--plain-http"]
        helm("registry", "login", host, *login, "--registry-config", tmp_path / "logins.json")
        put(host, archive, settings=settings)
        assert put(host, archive, settings=settings).changes is False


def test_a_registry_of_an_authority_of_ones_own_is_reached_by_ssl_cert_file(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path / "authority")
    archive = packed(tmp_path)
    with registry(tmp_path / "closed", certificate=authority.issue("localhost")) as host:
        words: Words = [CHARTPROOF, "publish", archive, "--to", f"oci://{host}/charts", "--apply"]
        strange = subprocess.run(words, capture_output=True, text=True, check=False)
        assert strange.returncode == 1
        assert "cannot be asked: [SSL: CERTIFICATE_VERIFY_FAILED]" in strange.stderr
        known = {**os.environ, "SSL_CERT_FILE": str(authority.ca)}
        words += ["--repository-id", ID]
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=known)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"oci://{host}/charts/shop@sha256:" in done.stdout


def test_what_cannot_be_reached_or_read_is_told(tmp_path: Path) -> None:
    archive = packed(tmp_path)
    with pytest.raises(ChartproofError, match=r"127\.0\.0\.1:9 cannot be asked: .*refused"):
        put("127.0.0.1:9", archive)
    (tmp_path / "logins.json").write_text("{")
    with pytest.raises(InputError, match=r"logins\.json: expected logins as JSON"):
        put("127.0.0.1:9", archive)
    with pytest.raises(InputError, match="without the chart's name and version"):
        publish([archive], "oci://127.0.0.1:9/charts/shop:1.0.0", HTTP)


def test_a_publisher_that_another_one_overtook_says_so(host: str, tmp_path: Path) -> None:
    first, other = packed(tmp_path / "one"), packed(tmp_path / "two", key="b")
    there = f"oci://{host}/charts"
    helm = Helm(HELMS["helm 4"], tmp_path / "helm")

    def overtake(what: str) -> None:
        if what == "after PUT /v2/charts/shop/manifests/1.0.0" and not done:
            done.append(what)
            helm("push", other, there, "--plain-http")

    done: list[str] = []
    with (
        relay(host, overtake) as between,
        pytest.raises(ChartproofError, match="is published with other content"),
    ):
        put(between, first)
    assert done


def test_two_publishers_at_once_lose_nothing(host: str, tmp_path: Path) -> None:
    archives = [packed(tmp_path, version=f"1.0.{number}") for number in range(4)]
    rivals = [packed(tmp_path / key, version="2.0.0", key=key) for key in "ab"]
    words: Words = ["--to", f"oci://{host}/charts", "--plain-http", "--apply"]
    running = [
        subprocess.Popen(
            [CHARTPROOF, "publish", archive, *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for archive in (*archives, *rivals)
    ]
    codes = [process.wait() for process in running]
    assert codes[:4] == [0] * 4
    assert sorted(codes[4:]) == [0, 1], "one of two contents of a version wins, one is told"
    assert tags(host) == ["1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0"]
    winner = rivals[codes[4:].index(0)]
    digest = f"sha256:{hashlib.sha256(winner.read_bytes()).hexdigest()}"
    assert digest in json.dumps(manifest(host, "2.0.0"))


def test_a_registry_is_right_after_a_kill_at_every_change_and_a_second_run_completes(
    tmp_path: Path,
) -> None:
    old, new = packed(tmp_path, version="1.0.0"), signed(packed(tmp_path, version="1.1.0"))
    kills, moments = 0, set()
    while True:
        folder = tmp_path / f"registry-{kills}"
        with registry(folder) as host:
            put(host, old)
            before = manifest(host, "1.0.0")
            killer = Killer(kills)
            with relay(host, killer.act) as between:
                words: Words = ["--plain-http", "--apply", "--repository-id", ID]
                code = killer.run("publish", old, new, "--to", f"oci://{between}/charts", *words)
            assert manifest(host, "1.0.0") == before
            assert set(tags(host)) <= {"1.0.0", "1.1.0", "artifacthub.io"}
            assert_whole(host, tmp_path / f"helm-{kills}")
            settings = Settings(plain_http=True, repository_id=ID)
            put(host, old, new, settings=settings)
            assert tags(host) == ["1.0.0", "1.1.0", "artifacthub.io"]
            assert publish([old, new], f"oci://{host}/charts", settings).changes is False
        if code == 0:
            break
        assert code == -signal.SIGKILL
        kills += 1
        moments.add(killer.moment.split("/")[0])
    assert kills > 15
    assert {"before PUT ", "after PUT ", "before POST ", "after POST "} <= moments


class Killer:
    """Kills the publisher at one moment: before or after a request that changes something."""

    def __init__(self, at: int) -> None:
        self.moment = ""
        self._left = at
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, *words: str | Path) -> int:
        """Run chartproof until it is killed or ends, and return its exit code."""
        self._process = subprocess.Popen([CHARTPROOF, *words], stdout=subprocess.DEVNULL)
        return self._process.wait()

    def act(self, what: str) -> None:
        """Count, and kill when the moment has come."""
        if what.split()[1] in ("GET", "HEAD") and not self.moment:
            return
        if self._left == 0 and self._process:
            self.moment = what
            self._process.kill()
            self._process.wait()
        self._left -= 1
        if self.moment:
            raise ConnectionError(self.moment)


def assert_whole(host: str, home: Path) -> None:
    """Have a Helm pull every version that there is a tag of."""
    helm = Helm(HELMS["helm 4"], home)
    home.mkdir()
    for tag in set(tags(host)) - {"artifacthub.io"}:
        chart = f"oci://{host}/charts/shop"
        helm("pull", chart, "--version", tag, "--plain-http", "-d", home)

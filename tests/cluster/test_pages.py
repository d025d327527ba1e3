"""What README.md, chart/README.md and docs/ have a reader type at a cluster, typed at one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from kr8s.objects import PersistentVolumeClaim, Pod

from chartproof import yamlio
from tests.cluster.conftest import REPOSITORY, Brought
from tests.cluster.everything import tag
from tests.cluster.reader import FULLNAME, RELEASE, Reader, reader
from tests.cluster.releases import image_of_workers, sizes, wait_for, worker_image
from tests.pages.commands import ROOT, commands
from tests.pages.guide import File, Outcome, section, steps
from tests.support.certificates import Authority
from tests.support.servers import registry

pytestmark = pytest.mark.needs("cluster", "helm4")

INSTALL = "Install the chart"
REFUSED = "A typo in a key"
SIZES = {"broker": 1, "producer": 1, "consumer": 1}
BROKER, CONSUMER = f"{FULLNAME}-broker-0", f"deploy/{FULLNAME}-consumer"
# Rejects what the producer of the chart's defaults sends, until it is mended.
PICKY = """\
from workers import Message, Reject


def handle(message: Message) -> None:
    raise Reject("this is no order")
"""
MENDED = "workers.handlers:log_message"


def page(name: str) -> str:
    """Return the text of a page."""
    return (REPOSITORY / name).read_text("utf-8")


@pytest.fixture(scope="module")
def installed(
    cluster: Brought, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Reader, Sequence[Outcome]]]:
    """Install the chart and test it, as README.md says."""
    one = reader(cluster, "readme", tmp_path_factory.mktemp("readme"))
    image = yamlio.load(worker_image(cluster).read_text())["worker"]["image"]
    text = section(page("README.md"), INSTALL)
    text = text.replace("REGISTRY", image["registry"]).replace("=TAG", f"={image['tag']}")
    yield one, one.types(text.partition(REFUSED)[0])
    one.runs(f"helm uninstall {RELEASE} --wait")


@pytest.fixture
def demo(installed: tuple[Reader, Sequence[Outcome]]) -> Reader:
    """Give a reader with the release of README.md."""
    return installed[0]


def test_readme_installs_the_chart_and_tests_it(
    installed: tuple[Reader, Sequence[Outcome]],
) -> None:
    install, test = installed[1]
    assert f"NAME: {RELEASE}" in install.printed
    assert "Succeeded" in test.printed
    wait_for(lambda: sizes(installed[0].watch) == SIZES, seconds=60)


def test_values_that_do_not_go_together_are_refused_with_what_readme_shows(demo: Reader) -> None:
    refusal = section(page("README.md"), INSTALL).partition(REFUSED)[2]
    (refused,) = demo.types(refusal, code=1)
    assert refused.command.shows


def test_the_notes_show_commands_that_work(demo: Reader) -> None:
    notes = demo.runs(f"helm get notes {RELEASE}")
    typed = [line.strip() for line in notes.splitlines() if re.match(r"  (kubectl|helm) ", line)]
    assert [line.split()[1] for line in typed] == ["logs", "get", "port-forward", "test"]
    logs, secret, _, test = typed
    assert "Hello World" in demo.runs(logs.replace(" --follow", ""))
    assert len(demo.runs(secret)) > 10
    assert test == f"helm test --namespace {demo.target.namespace} {RELEASE}"


def test_the_commands_of_the_alerts_work_in_and_around_a_brokers_pod(demo: Reader) -> None:
    typed = {it.text for it in commands([ROOT / "docs/alerts.md"])}
    (within,) = (it for it in typed if it.startswith("kubectl exec"))
    inside = within.replace("<fullname>", FULLNAME)
    for command in sorted(it for it in typed if it.startswith("rabbitmq")):
        assert demo.runs(inside.replace("rabbitmqctl ...", command)), command
    filled = {
        "kubectl get pods": "kubectl get pods",
        "kubectl describe pod": f"kubectl describe pod {BROKER}",
        "kubectl logs --previous": f"kubectl logs --previous {CONSUMER} -c consumer",
    }
    begin_anew(demo)
    for command in sorted(it for it in typed if it.startswith("kubectl") and it != within):
        assert demo.runs(filled.get(command, command.replace("<fullname>", FULLNAME))), command


def begin_anew(demo: Reader) -> None:
    """Have the consumer's container end and begin again, so that there is one before it."""
    (pod,) = demo.watch.pods("app.kubernetes.io/component=consumer")
    end = "import os, signal; os.kill(1, signal.SIGTERM)"
    Pod(dict(pod), api=demo.watch.api).exec(["python", "-c", end], container="consumer")
    wait_for(lambda: restarts(demo) > 0, seconds=60)


def restarts(demo: Reader) -> int:
    """Count how often the consumer's container has begun again."""
    (pod,) = demo.watch.pods("app.kubernetes.io/component=consumer")
    return int(pod["status"]["containerStatuses"][0]["restartCount"])


def test_dead_letters_are_moved_back_once_the_handler_is_mended(demo: Reader) -> None:
    (demo.folder / "orders.py").write_text(PICKY)
    (given,) = re.findall(r"^\| in the values \| `(.*)` \|$", page("docs/chart.md"), re.M)
    upgrade = f"helm upgrade {RELEASE} chart --reset-then-reuse-values --wait"
    demo.runs(f"{upgrade} {given}")
    wait_for(lambda: depth(demo, "test.dead") > 0, seconds=60)
    mended = f"--set consumer.handlerCode= --set consumer.handler={MENDED}"
    demo.runs(f"{upgrade} {mended} --set producer.enabled=false")
    wait_for(lambda: depth(demo, "test") == 0, seconds=60)
    waiting = depth(demo, "test.dead")
    seen, moved = demo.types(section(page("docs/chart.md"), "Messages that fail"))
    assert f"would move {waiting} from test.dead\n" in seen.printed
    assert len(re.findall(r"^\S+ +rejected ", seen.printed, re.M)) == waiting
    assert f"moved {waiting} from test.dead: {waiting} to test\n" in moved.printed
    wait_for(lambda: depth(demo, "test.dead") == depth(demo, "test") == 0, seconds=60)
    handled = demo.runs(f"kubectl logs {CONSUMER}")
    assert handled.count('"Hello World') >= waiting


def depth(demo: Reader, queue: str) -> int:
    """Count the messages in a queue."""
    listed = demo.runs(f"kubectl exec {BROKER} -- rabbitmqctl --quiet list_queues name messages")
    found: dict[str, str] = dict(re.findall(r"^(\S+)\t(\d+)$", listed, re.M))
    return int(found[queue])


def test_a_deployment_is_restarted_and_a_queue_that_nobody_wants_goes(demo: Reader) -> None:
    assert "restarted" in demo.runs(f"kubectl rollout restart {CONSUMER}")
    assert "successfully rolled out" in demo.runs(f"kubectl rollout status {CONSUMER}")
    queue = "test.helm-test"
    assert depth(demo, queue) == 0
    demo.runs(f"kubectl exec {BROKER} -- rabbitmqctl delete_queue {queue}")
    listed = demo.runs(f"kubectl exec {BROKER} -- rabbitmqctl --quiet list_queues name")
    assert queue not in listed.split()


@pytest.mark.needs("registry")
def test_the_charts_own_page_leads_from_a_registry_to_nothing_left(
    cluster: Brought, tmp_path: Path
) -> None:
    one = reader(cluster, "chart-page", tmp_path)
    authority = Authority(tmp_path / "authority")
    with registry(tmp_path / "registry", certificate=authority.issue("localhost")) as host:
        tag(cluster, image_of_workers(cluster), f"{host}/rabbitmq-workers:{chart('version')}")
        publish = f"chartproof publish dist/*.tgz --to oci://{host}/charts --apply"
        packed = f"```console\n$ chartproof package chart -d dist --allow-dirty\n$ {publish}\n```\n"
        one.types(packed, SSL_CERT_FILE=str(authority.ca))
        text = page("chart/README.md").replace("REGISTRY", host)
        outcomes = one.types(text, SSL_CERT_FILE=str(authority.ca))
    assert [outcome.command.words.split()[1] for outcome in outcomes] == [
        *("install", "test", "upgrade", "uninstall", "delete")
    ]
    assert "Succeeded" in outcomes[1].printed
    assert list(PersistentVolumeClaim.list(namespace="chart-page", api=one.watch.api)) == []


def chart(key: str) -> str:
    """Return an entry of the chart's Chart.yaml."""
    return str(yamlio.load((REPOSITORY / "chart/Chart.yaml").read_text())[key])


def test_the_page_of_the_workers_ends_with_a_release_of_ones_own_handler(
    cluster: Brought, tmp_path: Path
) -> None:
    one = reader(cluster, "workers-page", tmp_path)
    whole = page("docs/workers.md")
    files: Mapping[str, str] = {it.name: it.text for it in steps(whole) if isinstance(it, File)}
    (tmp_path / "orders.py").write_text(files["orders.py"])
    image = worker_image(cluster).read_text()
    (tmp_path / "release.yaml").write_text(files["release.yaml"] + image)
    deploy = section(whole, "5. Deploy it")
    (script,) = re.findall(r"^```sh\n(.*?)^```$", deploy, re.M | re.S)
    typed = "".join(f"$ {line}\n" for line in script.splitlines())
    install, test = one.types(f"```console\n{typed}```\n")
    assert "install" in install.command.words
    assert "Succeeded" in test.printed
    one.runs(f"helm uninstall {RELEASE} --wait")

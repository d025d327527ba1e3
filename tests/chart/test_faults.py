"""Values that cannot work fail at render, each fault by the names of its values, all at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chartproof.options import RenderOptions
from chartproof.release import Release
from chartproof.render import ValuesError

EXTERNAL = "broker.enabled=false"
EXTERNAL_LOGIN = "externalBroker.url=amqps://u:p@h/v"
MAILS = "workers.mails"
SCALED = "consumer.autoscaling"
BUDGET = "consumer.podDisruptionBudget.enabled=true"


@pytest.mark.parametrize(
    ("sets", "named"),
    [
        (["broker.replicas=2"], ["broker.replicas is 2", "use 1 or 3"]),
        (["broker.replicas=4"], ["broker.replicas is 4", "use 3 or 5"]),
        (
            ["broker.replicas=3", "broker.terminationGracePeriodSeconds=59"],
            ["broker.terminationGracePeriodSeconds is 59", "broker.replicas 3", "at least 60"],
        ),
        (
            ["broker.persistence.size=1258291Ki"],
            ["broker.persistence.size is 1258291Ki", "broker.memoryWatermark", "644245094 bytes"],
        ),
        (
            ["broker.memoryWatermark=2Gi"],
            ["broker.memoryWatermark is 2Gi", "broker.resources.limits.memory, 1Gi"],
        ),
        (
            ["broker.resources.limits.memory=null"],
            ["broker.memoryWatermark is 60%", "broker.resources.limits.memory", "not set"],
        ),
        (
            ["broker.extraPorts[0].name=epmd", "broker.extraPorts[0].port=1883"],
            ["broker.extraPorts has epmd", "give it another"],
        ),
        (
            ["broker.extraPorts[0].name=mqtt", "broker.extraPorts[0].port=5672"],
            ["broker.extraPorts has mqtt with 5672"],
        ),
        (
            ["broker.extraPorts[0].name=mqtt", "broker.extraPorts[0].port=4369"],
            ["broker.extraPorts has mqtt with 4369"],
        ),
        (
            ["broker.service.type=NodePort", "broker.service.nodePorts.mqtt=31883"],
            ["broker.service.nodePorts has mqtt", "broker.extraPorts"],
        ),
        (
            ["broker.resources.limits.memory=4GB"],
            ['broker.resources.limits.memory is "4GB"', "no quantity"],
        ),
        (
            ["consumer.resources.requests.cpu=half"],
            ['consumer.resources.requests.cpu is "half"', "no quantity"],
        ),
        (["broker.memoryWatermark=0Mi"], ["broker.memoryWatermark is 0Mi", "no message"]),
        (["commonLabels.team=a b"], ['commonLabels has team as "a b"', "at most 63"]),
        (
            [f"{MAILS}.role=consumer", f"{MAILS}.podLabels.team={'t' * 64}"],
            ["workers.mails.podLabels has team", "at most 63"],
        ),
        (["broker.resources.limits.memory=2Pi"], ["broker.resources.limits.memory", "2Pi"]),
        (
            ["nameOverride=My_App"],
            ["nameOverride is My_App", '"release-name-My_App"', "set fullnameOverride"],
        ),
        (
            [r"commonLabels.app\.kubernetes\.io/name=orders"],
            ["commonLabels has app.kubernetes.io/name", "nameOverride"],
        ),
        (
            [f"{MAILS}.role=consumer", rf"{MAILS}.podLabels.app\.kubernetes\.io/component=c"],
            ["workers.mails.podLabels has app.kubernetes.io/component", "leave it out"],
        ),
        (
            [r"monitoring.podMonitor.labels.app\.kubernetes\.io/instance=other"],
            ["monitoring.podMonitor.labels has app.kubernetes.io/instance"],
        ),
        (["broker.env.a-b=x"], ['broker.env has "a-b"', "no name of a variable"]),
        (["consumer.env.9=x"], ['consumer.env has "9"', "no digit to begin with"]),
        (
            ["broker.auth.existingSecret=mine", "broker.auth.password=given"],
            ["broker.auth.password is set", "broker.auth.existingSecret"],
        ),
        (
            ["broker.auth.username=one", "broker.auth.workerUsername=one"],
            ["broker.auth.username and broker.auth.workerUsername"],
        ),
        (
            ["externalBroker.url=amqp://u:p@h/"],
            ["externalBroker.url is set", "broker.enabled is true"],
        ),
        (
            ["externalBroker.existingSecret=theirs"],
            ["externalBroker.existingSecret is set", "broker.enabled is true"],
        ),
        (
            [EXTERNAL],
            ["broker.enabled is false", "externalBroker.url", "producer.existingSecret"],
        ),
        (
            [EXTERNAL, "externalBroker.url=amqp://host:5672/"],
            ["externalBroker.url has no password", "externalBroker.existingSecret is not set"],
        ),
        (
            [EXTERNAL, "externalBroker.url=amqp://u:p@h/", "externalBroker.existingSecret=theirs"],
            ["externalBroker.url has a password", "externalBroker.existingSecret is set"],
        ),
        (
            [EXTERNAL, "externalBroker.url=amqp://user:pass/word@host/"],
            ["externalBroker.url is not of the form", "%2F"],
        ),
        (
            [EXTERNAL, "externalBroker.url=amqp://u:p@one:65536\\,two:5672/"],
            ["externalBroker.url has the port 65536", "1 to 65535"],
        ),
        (
            [EXTERNAL, "externalBroker.url=amqp://u:p@one\\,/"],
            ["externalBroker.url is not of the form", "host:5672,other:5672"],
        ),
        (
            [EXTERNAL, "externalBroker.url=amqp://u:p@one\\,u:p@two/"],
            ["externalBroker.url is not of the form", "host:5672,other:5672"],
        ),
        (
            ["consumer.prefetch=2", "consumer.threads=4"],
            ["consumer.prefetch is 2", "consumer.threads, 4"],
        ),
        (
            ["consumer.prefetch=2", "consumer.batch=4"],
            ["consumer.batch is 4", "consumer.prefetch, 2"],
        ),
        (["consumer.retryQueue=test"], ["consumer.retryQueue is test", "has to be another"]),
        (
            ["consumer.retryQueue=rest"],
            ["consumer.retryQueue is rest", "not among queues", "queue.retry"],
        ),
        (
            ["consumer.retryQueue=rest", "queues.rest.deadLetter.queue=test"],
            ["consumer.retryQueue is rest", "queues.rest.messageTtl is not set"],
        ),
        (
            ["consumer.retryQueue=rest", "queues.rest.messageTtl=1000"],
            ["consumer.retryQueue is rest", "queues.rest.deadLetter.queue is not set"],
        ),
        (
            [
                "consumer.retryQueue=rest",
                "queues.rest.messageTtl=1000",
                "queues.rest.deadLetter.queue=test.dead",
            ],
            ["queues.rest.deadLetter.queue is test.dead", "of test would not come back"],
        ),
        (
            [
                "vhosts[0]=a",
                "consumer.retryQueue=rest",
                "queues.rest.messageTtl=1000",
                "queues.rest.vhost=a",
            ],
            ["consumer.retryQueue is rest", "not among queues, in the virtual host /"],
        ),
        (
            ["producer.source=lines:/data/orders.txt"],
            ["producer.source is lines:/data/orders.txt", "producer.resume.type is none"],
        ),
        (
            ["producer.maxBody=17Mi"],
            ["producer.maxBody is 17Mi", "broker.extraConfig", "max_message_size = 17825792"],
        ),
        (
            ["producer.resume.type=volume", "producer.replicas=2"],
            ["producer.resume.type is volume", "producer.replicas is 2"],
        ),
        (
            ["producer.resume.type=volume", "producer.autoscaling.type=hpa"],
            ["producer.resume.type is volume", "producer.autoscaling.type is hpa"],
        ),
        (
            ["producer.resume.type=volume", "producer.strategy.rollingUpdate.maxSurge=1"],
            ["producer.resume.type is volume", "producer.strategy is not of type Recreate"],
        ),
        (
            ["producer.source=a:b", "producer.sourceCode=x", "producer.sourceConfigMap=y"],
            ["producer.sourceCode and producer.sourceConfigMap are both set"],
        ),
        (
            ["producer.sourceCode=x"],
            ["producer.source is counter", "which is not in it", "orders:read"],
        ),
        (
            ["workers.a-resume.role=producer"],
            ["workers.a-resume", "choose another name"],
        ),
        (
            [
                f"{MAILS}.role=consumer",
                f"{MAILS}.prefetch=2",
                f"{MAILS}.threads=4",
            ],
            ["workers.mails.prefetch is 2", "workers.mails.threads, 4"],
        ),
        (["workers.broker-x.role=consumer"], ["workers.broker-x", "choose another name"]),
        (["workers.consumer.role=consumer"], ["workers.consumer", "choose another name"]),
        (["workers.workers-dashboard.role=consumer"], ["workers-dashboard", "choose another name"]),
        (["workers.9m.role=consumer"], ["workers.9m", "begins with a letter"]),
        (["workers.Mails.role=consumer"], ["workers.Mails", "lower-case letters"]),
        (
            [f"workers.{'m' * 50}.role=consumer"],
            ["has 80 characters", "fullnameOverride"],
        ),
        (["consumer.queue=amq.orders"], ["consumer.queue is amq.orders"]),
        (
            ["consumer.image.repository=mine"],
            ["consumer.image.repository is mine", "consumer.image.tag"],
        ),
        (["consumer.image.tag=latest"], ["consumer.image.tag is set", "worker.image"]),
        (
            [
                "consumer.podDisruptionBudget.enabled=true",
                "consumer.podDisruptionBudget.minAvailable=1",
            ],
            ["consumer.podDisruptionBudget.minAvailable is 1", "consumer.replicas 1"],
        ),
        (
            [BUDGET, "consumer.replicas=2", "consumer.podDisruptionBudget.minAvailable=3"],
            ["consumer.podDisruptionBudget.minAvailable is 3", "consumer.replicas 2"],
        ),
        (
            [BUDGET, f"{SCALED}.type=hpa", "consumer.podDisruptionBudget.minAvailable=100%"],
            ["consumer.podDisruptionBudget.minAvailable is 100%", "could be drained"],
        ),
        (
            [BUDGET, "consumer.podDisruptionBudget.maxUnavailable="],
            ["consumer.podDisruptionBudget.minAvailable and", "maxUnavailable are both empty"],
        ),
        (
            ["consumer.handler=a:b", "consumer.handlerCode=x", "consumer.handlerConfigMap=y"],
            ["consumer.handlerCode and consumer.handlerConfigMap are both set"],
        ),
        (
            ["consumer.handlerCode=x"],
            ["consumer.handler is workers.handlers:log_message", "which is not in it"],
        ),
        (
            ["consumer.handlerCode=x", "consumer.handler=a.b:c"],
            ["consumer.handler is a.b:c", "without a dot"],
        ),
        (
            [f"{SCALED}.type=hpa", f"{SCALED}.minReplicas=11"],
            ["consumer.autoscaling.minReplicas is 11", "consumer.autoscaling.maxReplicas, 10"],
        ),
        ([f"{SCALED}.type=hpa", f"{SCALED}.minReplicas=0"], ["minReplicas is 0", "use 1, or keda"]),
        (
            [f"{SCALED}.type=hpa", "consumer.resources.requests.cpu=null"],
            ["consumer.resources.requests.cpu, which is not set", "hpa.metrics"],
        ),
        (
            [EXTERNAL_LOGIN, EXTERNAL, f"{SCALED}.type=keda", f"{SCALED}.keda.authentication=a"],
            ["broker.enabled is false", "consumer.autoscaling.keda.managementUrl"],
        ),
        (
            [f"{SCALED}.type=keda", "queue.name=all orders"],
            ["the queue all orders", "a space"],
        ),
        (
            [f"{SCALED}.type=keda", "broker.auth.scalerUsername=worker"],
            ["broker.auth.scalerUsername is worker", "broker.auth.workerUsername"],
        ),
        (["queue.name=amq.orders"], ["queue.name is amq.orders"]),
        (
            ["producer.serviceAccount.name=one", "consumer.serviceAccount.name=one"],
            ["producer.serviceAccount.name and consumer.serviceAccount.name", '"one"', "create"],
        ),
        (
            [EXTERNAL, "producer.enabled=false", "consumer.enabled=false"],
            ["broker.enabled, producer.enabled and consumer.enabled are all false", "workers"],
        ),
    ],
    ids=lambda value: " ".join(value) if "=" in value[0] else "",
)
def test_a_fault_names_its_values(
    render_with: Callable[..., Release], sets: list[str], named: list[str]
) -> None:
    with pytest.raises(ValuesError) as fault:
        render_with(*sets)
    faults = [line for line in str(fault.value).splitlines() if line.startswith("- ")]
    assert len(faults) == 1
    assert all(part in faults[0] for part in named), faults[0]


def test_a_release_whose_name_begins_with_a_digit_says_the_way_out(
    render: Callable[..., Release],
) -> None:
    with pytest.raises(ValuesError, match="must begin with a letter: set fullnameOverride"):
        render(options=RenderOptions(release="1st"))


def test_all_faults_are_shown_at_once(render_with: Callable[..., Release]) -> None:
    with pytest.raises(ValuesError) as fault:
        render_with(
            "broker.replicas=4",
            "broker.persistence.size=1Gi",
            "consumer.threads=200",
            "externalBroker.url=amqp://user:secret@host/",
        )
    text = str(fault.value)
    assert text.count("\n- ") == 4
    assert "secret" not in text


@pytest.mark.parametrize(
    "sets",
    [
        ["broker.replicas=5"],
        ["broker.replicas=1", "broker.terminationGracePeriodSeconds=10"],
        ["broker.persistence.size=1258292Ki"],
        ["broker.persistence.size=1Gi", "broker.persistence.enabled=false"],
        ["broker.memoryWatermark=256Mi", "broker.resources.limits.memory=null"],
        [EXTERNAL, "externalBroker.url=amqp://[::1]:5672/", "externalBroker.existingSecret=theirs"],
        [EXTERNAL, "externalBroker.url=amqp://u:p@one\\,two:5673\\,[::1]:5672/v"],
        [EXTERNAL, "externalBroker.existingSecret=theirs"],
        [EXTERNAL, EXTERNAL_LOGIN, "consumer.retryQueue=theirs"],
        ["consumer.prefetch=4", "consumer.batch=4"],
        [
            "consumer.retryQueue=rest",
            "queues.rest.arguments.x-message-ttl=1000",
            "queues.rest.deadLetter.exchange=amq.direct",
        ],
        ["producer.maxBody=17Mi", "broker.extraConfig=max_message_size = 17825792"],
        ["producer.maxBody=17Mi", EXTERNAL, EXTERNAL_LOGIN],
        ["producer.resume.type=volume", "producer.replicas=0"],
        ["producer.resume.type=pod", "producer.replicas=9"],
        [EXTERNAL, "producer.existingSecret=one", "consumer.existingSecret=other"],
        ["consumer.prefetch=4", "consumer.threads=4"],
        [
            "producer.serviceAccount.name=one",
            "consumer.serviceAccount.name=one",
            "consumer.serviceAccount.create=false",
        ],
        ["consumer.podDisruptionBudget.minAvailable=1"],
        [BUDGET, "consumer.replicas=2", "consumer.podDisruptionBudget.minAvailable=1"],
        [BUDGET, "consumer.replicas=0", "consumer.podDisruptionBudget.minAvailable=1"],
        [
            BUDGET,
            "consumer.replicas=2",
            "consumer.podDisruptionBudget.minAvailable=1",
            "consumer.podDisruptionBudget.maxUnavailable=",
        ],
        ["nameOverride=My_App", "fullnameOverride=my-app"],
        [r"commonLabels.app\.kubernetes\.io/part-of=shop"],
        [EXTERNAL, "externalBroker.url=amqp://u:p@one:65535/"],
        ["consumer.handlerCode=x", "consumer.handler=workers_of_mine:handle"],
        [f"{SCALED}.minReplicas=0"],
        [f"{SCALED}.type=keda", f"{SCALED}.minReplicas=0"],
        [f"workers.{'m' * 33}.role=consumer"],
        # Nothing about a broker that is off is checked.
        ["broker.replicas=2", EXTERNAL, "externalBroker.url=amqps://u:p@h/v"],
    ],
    ids=" ".join,
)
def test_values_just_on_the_good_side_render(
    render_with: Callable[..., Release], sets: list[str]
) -> None:
    assert render_with(*sets).manifests

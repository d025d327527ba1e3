"""Queues, exchanges, bindings, policies and users, from the values to a broker that has them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from chartproof.chart import Chart
from chartproof.release import Release
from chartproof.render import ValuesError, render
from chartproof.values import load_values
from tests.chart.refusals import faults
from tests.chart.running import ChartBroker, mounted

Render = Callable[..., Release]
Named = dict[str, Any]

CASE = Path(__file__).parents[2] / "chart/ci/topology-values.yaml"
BILLING = {"billing-rabbitmq": {"login": "bill", "password": "pay"}}


@pytest.fixture(scope="module")
def release(chart: Chart) -> Release:
    return render(chart, load_values([CASE]))


def definitions(release: Release) -> dict[str, list[Named]]:
    """Return what the broker declares, by kind."""
    text = release.get("Secret", "broker-definitions").body["stringData"]["topology.json"]
    found: dict[str, list[Named]] = json.loads(text)
    return found


def named(release: Release, kind: str, name: str) -> Named:
    """Return one of the definitions by its name."""
    (found,) = (each for each in definitions(release)[kind] if each["name"] == name)
    return found


@pytest.mark.parametrize(
    ("queue", "type_", "applies_to", "definition"),
    [
        (
            "orders",
            "quorum",
            "quorum_queues",
            {
                "max-length": 1000000,
                "max-length-bytes": 1536 * 2**20,
                "delivery-limit": 3,
                "dead-letter-exchange": "orders.dead",
                "dead-letter-strategy": "at-least-once",
                "overflow": "reject-publish",
                "delayed-retry-type": "failed",
                "delayed-retry-min": 200,
                "delayed-retry-max": 10000,
            },
        ),
        (
            "pause",
            "quorum",
            "quorum_queues",
            {
                "message-ttl": 1000,
                "dead-letter-exchange": "",
                "dead-letter-routing-key": "test",
                "dead-letter-strategy": "at-least-once",
                "overflow": "reject-publish",
            },
        ),
        ("letters", "quorum", "quorum_queues", {"delivery-limit": -1}),
        (
            "mails",
            "classic",
            "classic_queues",
            {
                "message-ttl": 3600000,
                "dead-letter-exchange": "returns",
                "dead-letter-routing-key": "mails",
                "overflow": "reject-publish-dlx",
            },
        ),
        ("clicks", "stream", "streams", {"max-age": "7D", "max-length-bytes": 20000000000}),
    ],
)
def test_a_queues_limits_are_a_policy_for_it_alone(
    release: Release, queue: str, type_: str, applies_to: str, definition: Named
) -> None:
    assert named(release, "queues", queue)["arguments"]["x-queue-type"] == type_
    policy = named(release, "policies", queue)
    assert policy["pattern"] == f"^{queue}$"
    assert policy["apply-to"] == applies_to
    assert policy["definition"] == definition


def test_a_queue_without_limits_has_no_policy(release: Release) -> None:
    assert named(release, "queues", "weekly")["vhost"] == "reports"
    assert "weekly" not in [policy["name"] for policy in definitions(release)["policies"]]


def test_dead_letters_that_may_be_dropped_are_not_promised_to_arrive(render: Render) -> None:
    queues = {"orders": {"overflow": "drop-head", "deadLetter": {"enabled": True}}}
    policy = named(render({"queues": queues}), "policies", "orders")
    assert policy["definition"] == {
        "dead-letter-exchange": "orders.dead",
        "overflow": "drop-head",
    }


def test_a_workers_queue_may_be_told_more_of(render: Render) -> None:
    release = render(
        {"consumer": {"queue": "orders"}, "queues": {"orders": {"maxLength": 10}}},
    )
    more = named(release, "policies", "orders")["definition"]
    assert more.pop("max-length") == 10
    assert more.pop("dead-letter-exchange") == "orders.dead"
    plain = named(release, "policies", "test")["definition"]
    assert more == {key: plain[key] for key in plain if key != "dead-letter-exchange"}


def test_a_workers_queue_of_another_type_is_as_it_is_described(render: Render) -> None:
    queues = {"orders": {"type": "classic", "maxLength": 10}}
    release = render({"consumer": {"queue": "orders"}, "queues": queues})
    assert named(release, "policies", "orders")["definition"] == {"max-length": 10}


def test_what_an_entry_does_not_say_of_its_retries_is_as_for_the_others(render: Render) -> None:
    release = render(
        {
            "queue": {"retry": {"type": "all", "minDelay": 5}},
            "queues": {"orders": {"retry": {"maxDelay": 50}}, "mails": {}},
        },
    )
    retry = {"delayed-retry-type": "all", "delayed-retry-min": 5}
    assert named(release, "policies", "orders")["definition"] == {**retry, "delayed-retry-max": 50}
    own = named(release, "policies", "test")["definition"]
    assert own == {**own, **retry, "delayed-retry-max": 60000}
    assert "mails" not in [policy["name"] for policy in definitions(release)["policies"]]


def test_a_queue_of_dead_letters_drops_none_however_often_they_failed(render: Render) -> None:
    queues = {"orders": {"deadLetter": {"enabled": True}, "deliveryLimit": 2}}
    release = render({"queues": queues})
    for dead in ("test.dead", "orders.dead"):
        assert named(release, "queues", dead)["arguments"] == {
            "x-queue-type": "quorum",
            "x-delivery-limit": -1,
        }
        assert named(release, "policies", dead)["definition"] == {"delivery-limit": -1}


def test_a_worker_may_take_the_dead_letters_of_another_queue_as_they_are(render: Render) -> None:
    release = render(
        {
            "vhosts": ["apart"],
            "queues": {
                "orders": {"deadLetter": {"enabled": True}},
                "bills": {"vhost": "apart", "deadLetter": {"enabled": True}},
            },
            "workers": {
                "mender": {"role": "consumer", "queue": "test.dead"},
                "clerk": {"role": "consumer", "queue": "orders.dead"},
                "payer": {"role": "consumer", "queue": "bills.dead"},
            },
        }
    )
    for dead in ("test.dead", "orders.dead"):
        assert named(release, "queues", dead)["arguments"]["x-delivery-limit"] == -1
        assert named(release, "policies", dead)["definition"] == {"delivery-limit": -1}
    # Of one name in another virtual host, and so another queue.
    assert named(release, "queues", "bills.dead.dead")["vhost"] == "/"


def test_a_users_secret_is_one_that_applications_can_bind_to(render: Render) -> None:
    release = render(
        {"users": {"shop": {"username": "s/hop", "password": "p@ss", "permissions": {"/": {}}}}}
    )
    secret = release.get("Secret", "broker-user-shop").body["stringData"]
    url = urlsplit(secret["connection_string"])
    assert (unquote(url.username or ""), unquote(url.password or "")) == ("s/hop", "p@ss")
    assert (url.scheme, url.hostname, str(url.port)) == ("amqp", secret["host"], secret["port"])
    assert secret["host"] == f"{release.get('Service', 'broker').name}.default.svc"
    assert secret.keys() == {
        *("username", "password", "host", "port", "connection_string", "provider", "type"),
    }


def test_a_user_of_one_virtual_host_is_sent_there(render: Render) -> None:
    users = {"shop": {"permissions": {"a/b": {"read": ".*"}}}}
    release = render({"vhosts": ["a/b"], "users": users})
    secret = release.get("Secret", "broker-user-shop").body["stringData"]
    assert secret["connection_string"].endswith(":5672/a%2Fb")
    assert len(secret["password"]) >= 32


@pytest.fixture(scope="module")
def broker(release: Release) -> Iterator[ChartBroker]:
    """Give a broker that was started with all of it."""
    with ChartBroker(release, BILLING) as broker:
        yield broker


def listed(broker: ChartBroker, *words: str) -> list[Named]:
    """Return what a command of rabbitmqctl lists."""
    found: list[Named] = json.loads(broker.ctl("--formatter=json", *words))
    return found


@pytest.mark.needs("broker")
def test_a_broker_has_every_queue_with_the_limits_in_force(broker: ChartBroker) -> None:
    found = {
        queue["name"]: (queue["type"].removeprefix("rabbit_").removesuffix("_queue"), queue)
        for queue in listed(broker, "list_queues", "name", "type", "effective_policy_definition")
    }
    types = {name: type_ for name, (type_, _) in found.items()}
    assert types == {
        "test": "quorum",
        "test.dead": "quorum",
        "test.helm-test": "quorum",
        "orders": "quorum",
        "orders.dead": "quorum",
        "mails": "classic",
        "clicks": "stream",
        "letters": "quorum",
        "pause": "quorum",
    }
    limits = found["orders"][1]["effective_policy_definition"]
    assert limits["max-length-bytes"] == 1536 * 2**20
    assert limits["delayed-retry-min"] == 200
    assert found["letters"][1]["effective_policy_definition"]["delivery-limit"] == -1
    assert found["clicks"][1]["effective_policy_definition"]["max-age"] == "7D"
    weekly = listed(broker, "list_queues", "--vhost=reports", "name")
    assert [queue["name"] for queue in weekly] == ["weekly"]


@pytest.mark.needs("broker")
def test_a_broker_has_every_binding_and_policy(broker: ChartBroker) -> None:
    columns = ("source_name", "destination_name", "destination_kind", "routing_key")
    bindings = {
        tuple(each[column] for column in columns)
        for each in listed(broker, "list_bindings", *columns)
    }
    assert {
        ("events", "orders", "queue", "order.*"),
        ("events", "returns", "exchange", "#"),
        ("amq.headers", "clicks", "queue", ""),
        ("orders.dead", "orders.dead", "queue", ""),
    } <= bindings
    policies = {each["name"]: each for each in listed(broker, "list_policies")}
    assert policies["returns"]["priority"] == 10


@pytest.mark.needs("broker")
def test_an_application_may_do_what_its_permissions_say_and_no_more(broker: ChartBroker) -> None:
    with broker.connection("shop", "shop-password") as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("events", "order.new", b"an order")
        with pytest.raises(Exception, match="ACCESS_REFUSED"):
            channel.basic_get("orders")
    with broker.connection("bill", "pay") as connection:
        assert connection.channel().basic_get("orders", auto_ack=True)[2] == b"an order"
        with pytest.raises(Exception, match="ACCESS_REFUSED"):
            connection.channel().queue_delete("orders")
    login = ("prometheus@example.com", "prometheus-password")
    assert broker.answer_to(*login, "overview")[0] == 200
    assert broker.answer_to(*login, "users")[0] == 401


@pytest.mark.needs("broker")
def test_a_running_broker_declares_what_an_upgrade_adds(chart: Chart, broker: ChartBroker) -> None:
    values = load_values([CASE])
    values["vhosts"].append("added")
    values["queues"]["more"] = {"vhost": "added", "maxLength": 5}
    values["queues"]["orders"]["deliveryLimit"] = 4
    with broker.connection("worker", "worker-password") as connection:
        broker.mount(mounted(render(chart, values), BILLING))
        end = time.monotonic() + 60
        while "added" not in broker.ctl("list_vhosts", "name"):
            assert time.monotonic() < end
        while not (added := listed(broker, "list_queues", "--vhost=added", "name", "policy")):
            assert time.monotonic() < end
        connection.process_data_events(0)
    assert added == [{"name": "more", "policy": "more"}]
    policies = {each["name"]: each["definition"] for each in listed(broker, "list_policies")}
    assert json.loads(policies["orders"])["delivery-limit"] == 4


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"queues": {"test": {}}}, "queues.test is a queue of that name already, by queue.name"),
        ({"queues": {"amq.mine": {}}}, "queues.amq.mine: names that begin with amq. are RabbitMQ"),
        ({"users": {"administrator": {}}}, "users.administrator: the chart has a user of that"),
        ({"queues": {"test.dead": {}}}, "queues.test.dead is a queue of that name already"),
        (
            {"queues": {"a": {"type": "stream", "messageTtl": 1}}},
            "queues.a.messageTtl is set, which a queue of type stream does not have",
        ),
        (
            {"queues": {"a": {"type": "classic", "deliveryLimit": 1}}},
            "queues.a.deliveryLimit is set, which a queue of type classic does not have",
        ),
        (
            {"queues": {"a": {"overflow": "reject-publish-dlx"}}},
            "queues.a.overflow is reject-publish-dlx, which is for classic queues alone",
        ),
        ({"queues": {"a": {"vhost": "b"}}}, "queues.a.vhost is b, which is not among vhosts"),
        (
            {"queues": {"a": {"type": "classic", "retry": {"type": "failed"}}}},
            "queues.a.retry is set, which a queue of type classic does not have",
        ),
        (
            {"queues": {"a": {"retry": {"type": "failed", "maxDelay": 999}}}},
            "queues.a.retry.maxDelay is 999, less than queues.a.retry.minDelay, 1000",
        ),
        (
            {
                "broker": {"image": {"tag": "4.2.10-management"}},
                "queue": {"retry": {"type": "failed"}},
            },
            "queue.retry.type is failed, and broker.image.tag is RabbitMQ 4.2.10, which does not",
        ),
        (
            {"queue": {"retry": {"minDelay": 60001}}},
            "queue.retry.maxDelay is 60000, less than queue.retry.minDelay, 60001",
        ),
        (
            {"queues": {"a": {"deadLetter": {"queue": "b"}}}},
            "queues.a.deadLetter.queue is b, and there is no queue of that name",
        ),
        (
            {"queues": {"a": {"deadLetter": {"queue": "test", "routingKey": "b"}}}},
            "queues.a.deadLetter.queue is set, and so is queues.a.deadLetter.routingKey",
        ),
        (
            {"policies": {"test": {"pattern": "a", "definition": {"max-length": 1}}}},
            "policies.test has the name of the policy that queue.name makes",
        ),
        (
            {"policies": {"test.dead": {"pattern": "a", "definition": {"max-length": 1}}}},
            "policies.test.dead has the name of the policy for the dead letters of test",
        ),
        (
            {"bindings": [{"source": "evnets", "destination": "test"}]},
            "bindings[0].source is evnets, and there is no exchange of that name",
        ),
        (
            {"bindings": [{"source": "amq.topic", "destination": "tset"}]},
            "bindings[0].destination is tset, and there is no queue of that name",
        ),
        (
            {"users": {"a": {"permissions": {"b": {}}}}},
            "users.a.permissions has b, which is not among vhosts",
        ),
        (
            {"users": {"a": {"username": "worker"}}},
            'users.a has the name "worker", as broker.auth.workerUsername has',
        ),
        (
            {"users": {"a": {"username": "b"}, "b": {}}},
            'users.b has the name "b", as users.a has',
        ),
        (
            {"users": {"a": {"existingSecret": "s", "password": "p"}}},
            "users.a.password is set, and so is users.a.existingSecret",
        ),
        (
            {"users": {"a": {"secretKeys": {"username": "u"}}}},
            "users.a.secretKeys is set, and users.a.existingSecret does not say",
        ),
        ({"users": {"Shop": {}}}, "users.Shop: Secrets are called by it"),
        ({"users": {"a" * 41: {}}}, "at most 40 lower-case letters, digits and dashes"),
        ({"queues": {"": {}}}, "queues has an entry without a name"),
        ({"exchanges": {"e" * 256: {}}}, "its name has 256 bytes, and RabbitMQ takes 255"),
        ({"queues": {"ü" * 128: {}}}, "its name has 256 bytes, and RabbitMQ takes 255"),
        (
            {"queue": {"name": "ü" * 125, "deadLetter": {"enabled": False}}},
            "its name has 260 bytes, and RabbitMQ takes 255",  # for `helm test`
        ),
        (
            {
                "broker": {"enabled": False},
                "externalBroker": {"url": "amqps://u:p@h/"},
                "queues": {"a": {}},
            },
            "queues is set, and broker.enabled is false",
        ),
        (
            {
                "broker": {"enabled": False},
                "externalBroker": {"url": "amqp://u:p@h/"},
                "queue": {"retry": {"type": "failed"}},
            },
            "queue.retry.type is failed, and broker.enabled is false",
        ),
    ],
    ids=str,
)
def test_what_a_broker_would_not_start_for_fails_at_the_render(
    render: Render, values: Named, fault: str
) -> None:
    (told,) = faults(render, values)
    assert fault in told


@pytest.mark.parametrize(
    "expression",
    [
        "queues.orders.typ=classic",
        "queues.orders.type=lazy",
        "queues.orders.maxAge=7",
        "queues.orders.deliveryLimit=0",
        "queues.orders.retry.type=sometimes",
        "queues.orders.retry.minDelay=0",
        "exchanges.events.type=topics",
        "bindings[0].source=events",
        "policies.all.pattern=.*",
        "users.shop.tags[0]=admin",
    ],
)
def test_what_is_no_topology_is_refused_by_the_schema(
    render_with: Callable[..., Release], expression: str
) -> None:
    with pytest.raises(ValuesError) as fault:
        render_with(expression)
    assert expression.partition(".")[0].partition("[")[0] in str(fault.value)

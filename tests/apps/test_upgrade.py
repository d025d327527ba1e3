"""Which upgrades are refused, with which way out."""

from __future__ import annotations

import pytest

from workers.upgrade import Cluster, Flag, Version, refusals, route

GOOD = (Flag("khepri_db", enabled=True, stable=True), Flag("rabbitmq_4.2.0", True, True))


def said(running: str, target: str, **state: object) -> str:
    versions = {"rabbit@0": Version.parse(running)}
    cluster = Cluster(versions, **{"flags": GOOD, **state})  # type: ignore[arg-type]
    return "\n".join(refusals(cluster, Version.parse(target)))


@pytest.mark.parametrize(
    ("text", "series", "patch"),
    [
        ("4.3.6", (4, 3), 6),
        ("4.3.6-management", (4, 3), 6),
        ("v4.2.10-alpine", (4, 2), 10),
        ("4.3-management", (4, 3), None),
        ("4.3.0-rc.1", (4, 3), 0),
    ],
)
def test_versions_are_read_from_tags(text: str, series: tuple[int, int], patch: int | None) -> None:
    assert Version.parse(text) == Version(series, patch)


@pytest.mark.parametrize("text", ["latest", "4", "management-4.3.6", "", "4.3.6.1"])
def test_a_tag_without_a_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="does not begin with a version"):
        Version.parse(text)


@pytest.mark.parametrize(
    ("running", "target"),
    [
        ("4.2.10", "4.3.6"),
        ("4.2.0", "4.3-management"),
        ("4.3.0", "4.3.6"),
        ("4.3.6", "4.3.5"),
        ("4.1.8", "4.2.10"),
        ("4.0.9", "4.2.10"),
        ("4.3.6", "4.4.0"),
    ],
)
def test_a_supported_jump_is_let_through(running: str, target: str) -> None:
    assert said(running, target) == ""


@pytest.mark.parametrize(
    ("running", "target", "way"),
    [
        ("4.1.8", "4.3.6", "upgrade to 4.2, then to 4.3"),
        ("4.0.9", "4.3.6", "upgrade to 4.2, then to 4.3"),
        ("3.12.14", "4.3.6", "no release that this guard knows"),
        ("4.3.6", "4.2.10", "RabbitMQ has no way back"),
        ("4.2.10", "4.4.0", "newer than what this chart knows"),
        ("4.3.6", "5.0.0", "newer than what this chart knows"),
    ],
)
def test_an_unsupported_jump_is_refused_with_the_way_to_go(
    running: str, target: str, way: str
) -> None:
    reason = said(running, target)
    assert f"{running} runs" in reason
    assert way in reason


def test_3_13_goes_by_4_2() -> None:
    off = (Flag("khepri_db", enabled=False, stable=False),)
    assert "upgrade to 4.2, then to 4.3" in said("3.13.7", "4.3.6", flags=off)
    assert said("3.13.7", "4.2.10", flags=off) == ""
    assert route((3, 13), (4, 3)) == ((4, 2), (4, 3))
    assert route((3, 11), (4, 3)) == ()


def test_khepri_in_3_13_can_go_nowhere() -> None:
    flags = (Flag("khepri_db", enabled=True, stable=False),)
    assert "Move to a new cluster" in said("3.13.7", "4.2.10", flags=flags)


def test_flags_that_are_off_are_named_with_the_command_that_enables_them() -> None:
    flags = (*GOOD, Flag("b", False, True), Flag("a", False, True), Flag("trial", False, False))
    reason = said("4.2.10", "4.3.6", flags=flags)
    assert "feature flags a, b are not enabled" in reason
    assert "`rabbitmqctl enable_feature_flag all`" in reason
    assert "trial" not in reason
    assert said("4.2.9", "4.2.10", flags=flags) == ""


def test_4_3_wants_khepri_even_where_it_counts_as_an_experiment() -> None:
    flags = (Flag("khepri_db", enabled=False, stable=False),)
    assert "`rabbitmqctl enable_feature_flag khepri_db`" in said("4.2.10", "4.3.6", flags=flags)
    assert said("4.1.8", "4.2.10", flags=flags) == ""


def test_a_cluster_out_of_order_is_not_upgraded() -> None:
    assert "rabbit@1 does not run" in said("4.2.10", "4.3.6", down=("rabbit@1",))
    assert "memory of rabbit@0" in said("4.2.10", "4.3.6", alarms=("memory of rabbit@0",))
    assert said("4.3.5", "4.3.6", down=("rabbit@1",)) == ""


def test_the_oldest_of_a_half_upgraded_cluster_counts() -> None:
    versions = {"a": Version.parse("4.2.10"), "b": Version.parse("4.3.6")}
    assert list(refusals(Cluster(versions, flags=GOOD), Version.parse("4.3.6"))) == []
    versions["c"] = Version.parse("4.1.8")
    (reason,) = refusals(Cluster(versions, flags=GOOD), Version.parse("4.3.6"))
    assert reason.startswith("4.1.8 runs")


def test_every_reason_is_given_at_once() -> None:
    reasons = said("4.1.8", "4.3.6", down=("rabbit@1",), flags=(Flag("a", False, True),))
    assert reasons.count("\n") == 2

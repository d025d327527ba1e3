"""What a person reads when an embedded node cannot run or does not come up."""

from __future__ import annotations

import os
import shutil
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from chartproof.cluster.node import NodeEngine
from chartproof.cluster.node.faults import fault, last_errors
from chartproof.cluster.node.layout import NodeLayout

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    "error",
    [
        'E1123 20:15:30.952812      47 run.go:72] "command failed" err="no /etc/passwd"',
        '{"level":"fatal","msg":"cannot listen"}',
        'time="2026-11-23T20:15:35Z" level=error msg="no space"',
        'Error: "kube-apiserver" does not take any arguments',
        "panic: no route",
    ],
)
def test_the_lines_that_report_errors_are_shown(error: str) -> None:
    assert last_errors(["I1123 started", error, "I1123 stopping"]) == [error]


def test_a_log_without_errors_shows_its_end() -> None:
    assert last_errors([f"line {number}" for number in range(20)])[-1] == "line 19"


def test_a_fault_names_the_node_the_reason_and_the_log(tmp_path: Path) -> None:
    node = NodeLayout("testing", 1, tmp_path)
    node.logs.mkdir()
    (node.logs / "kubelet.log").write_text("E1123 no cgroup\n")

    said = str(fault(node, "kubelet", "not ready after 120 s"))

    assert said == (
        f"node1: not ready after 120 s\n{node.logs}/kubelet.log ends with:\n  E1123 no cgroup"
    )


def test_a_component_that_never_started_has_no_log_to_show(tmp_path: Path) -> None:
    assert "kubelet.log" in str(fault(NodeLayout("testing", 1, tmp_path), "kubelet", "off"))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Give a machine that can run the nodes, with an empty cache, for a test to take things of."""
    monkeypatch.setenv("CHARTPROOF_CACHE", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    real = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/x" if "apt" in name else real(name))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, 10**12))
    return monkeypatch


def test_a_machine_that_has_all_of_it_is_told_how_long_the_build_takes(
    machine: pytest.MonkeyPatch,
) -> None:
    machine.setattr(os, "cpu_count", lambda: 2)

    check = NodeEngine().check()

    assert check.usable, check.reason
    assert 200 <= check.first_start_s <= 300


def test_a_machine_that_is_not_linux_is_sent_to_docker(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(sys, "platform", "darwin")

    check = NodeEngine().check()

    assert (check.usable, check.reason) == (False, "needs Linux, this is darwin")
    assert "k3d or kind" in check.remedy


def test_a_user_who_is_not_root_is_told_to_be(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(os, "geteuid", lambda: 1000)

    check = NodeEngine().check()

    assert (check.reason, check.remedy) == ("needs root, this is user 1000", "run it with sudo")


def test_a_full_disk_is_noticed_before_the_build(
    machine: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 10**9))

    check = NodeEngine().check()

    assert check.reason == f"needs 6 GB in {tmp_path}, 1.0 GB are free"
    assert "CHARTPROOF_CACHE" in check.remedy


def test_neither_go_nor_pip_is_one_clear_line(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(shutil, "which", lambda name: "/usr/bin/x" if name != "go" else None)
    machine.setattr("chartproof.cluster.node.programs.find_spec", lambda _: None)

    assert NodeEngine().check().reason == "needs Go 1.26 or newer, or pip to fetch it"

"""Control groups of an embedded node, on trees laid out like a kernel's of either version."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartproof.cluster.node.cgroups import is_v2, make_cgroup, remove_cgroup
from chartproof.cluster.node.layout import NodeLayout

NODE = NodeLayout("testing", 2, Path("/unused"))


@pytest.fixture
def v1(tmp_path: Path) -> Path:
    """Give the hierarchies of v1: two, and a link to one of them."""
    for name in ("cpuset", "memory"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cgroup.procs").write_text("")
    (tmp_path / "cpuset" / "cpuset.cpus").write_text("0-1\n")
    (tmp_path / "cpuset" / "cpuset.mems").write_text("0\n")
    (tmp_path / "also-memory").symlink_to("memory")
    return tmp_path


@pytest.fixture
def v2(tmp_path: Path) -> Path:
    """Give the one hierarchy of v2, with two controllers that matter and one that does not."""
    (tmp_path / "cgroup.controllers").write_text("cpu memory rdma\n")
    (tmp_path / "cgroup.procs").write_text("")
    group = tmp_path / "chartproof-testing-2"
    group.mkdir()
    (group / "cgroup.controllers").write_text("cpu memory\n")
    return tmp_path


def test_v1_gets_a_group_in_every_hierarchy_that_processes_fit_in(v1: Path) -> None:
    make_cgroup(NODE, v1)

    assert not is_v2(v1)
    assert (v1 / "memory" / "chartproof-testing-2").is_dir()
    assert (v1 / "cpuset" / "chartproof-testing-2" / "cpuset.cpus").read_text() == "0-1\n"
    assert (v1 / "cpuset" / "chartproof-testing-2" / "cpuset.mems").read_text() == "0\n"


def test_v2_passes_on_the_controllers_it_has(v2: Path) -> None:
    make_cgroup(NODE, v2)

    assert is_v2(v2)
    assert (v2 / "cgroup.subtree_control").read_text() == "+cpu +memory"
    assert (v2 / "chartproof-testing-2" / "cgroup.subtree_control").read_text() == "+cpu +memory"


def test_a_group_goes_with_all_groups_in_it_and_no_other(v1: Path) -> None:
    (v1 / "memory" / "chartproof-testing-2" / "kubepods" / "pod1").mkdir(parents=True)
    (v1 / "memory" / "chartproof-testing-20").mkdir()

    assert remove_cgroup(NODE, v1)

    assert sorted(path.name for path in (v1 / "memory").iterdir() if path.is_dir()) == [
        "chartproof-testing-20"
    ]


def test_a_group_with_a_process_in_it_stays(v1: Path) -> None:
    busy = v1 / "memory" / "chartproof-testing-2"
    busy.mkdir()
    (busy / "cgroup.procs").write_text("1\n")  # which keeps a plain folder from being removed too

    assert not remove_cgroup(NODE, v1)
    assert busy.exists()


def test_a_group_that_is_not_there_is_gone(v1: Path) -> None:
    assert remove_cgroup(NODE, v1)

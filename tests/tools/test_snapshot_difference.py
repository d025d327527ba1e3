"""A difference says where in the object something changed, and shows old and new."""

from __future__ import annotations

from textwrap import dedent

from chartproof.snapshot.difference import difference

DEPLOYMENT = dedent(
    """\
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      labels:
        app.kubernetes.io/name: shop
    spec:
      replicas: 1
      template:
        spec:
          containers:
            - name: web
              args:
                - --verbose
              image: web:1
              command:
                - sh
                - -c
                - |
                  echo one
                  echo two
            - name: proxy
              image: proxy:1
    """
)


def shown(old: str, new: str) -> list[str]:
    return [str(line) for line in difference(old, new)]


def paths(old: str, new: str) -> list[str]:
    return [line for line in shown(old, new) if line.startswith("@")]


def test_a_changed_value_shows_its_path_old_new_and_three_lines_around() -> None:
    assert shown(DEPLOYMENT, DEPLOYMENT.replace("replicas: 1", "replicas: 3")) == [
        "@ spec.replicas",
        "    labels:",
        "      app.kubernetes.io/name: shop",
        "  spec:",
        "-   replicas: 1",
        "+   replicas: 3",
        "    template:",
        "      spec:",
        "        containers:",
    ]


def test_a_removed_line_goes_by_the_path_it_had() -> None:
    assert shown(DEPLOYMENT, DEPLOYMENT.replace("  replicas: 1\n", ""))[0] == "@ spec.replicas"


def test_changes_close_together_go_by_the_path_to_them_all() -> None:
    changed = DEPLOYMENT.replace("web:1", "web:2").replace("- --verbose", "- --quiet")
    assert paths(DEPLOYMENT, changed) == ["@ spec.template.spec.containers[web]"]


def test_changes_a_line_apart_are_shown_together_with_both_paths() -> None:
    changed = DEPLOYMENT.replace("apps/v1", "apps/v2").replace("  name: web", "  name: shop")
    assert paths(DEPLOYMENT, changed) == ["@ apiVersion, metadata.name"]


def test_changes_far_apart_are_shown_apart() -> None:
    changed = DEPLOYMENT.replace("name: shop", "name: store").replace("proxy:1", "proxy:2")
    assert paths(DEPLOYMENT, changed) == [
        "@ metadata.labels[app.kubernetes.io/name]",
        "@ spec.template.spec.containers[proxy].image",
    ]


def test_a_removed_item_goes_by_its_name() -> None:
    without_proxy = DEPLOYMENT[: DEPLOYMENT.index("        - name: proxy")]
    assert paths(DEPLOYMENT, without_proxy) == ["@ spec.template.spec.containers[proxy]"]


def test_a_line_of_a_text_has_the_path_of_the_text() -> None:
    changed = DEPLOYMENT.replace("echo two", "echo three")
    assert paths(DEPLOYMENT, changed) == ["@ spec.template.spec.containers[web].command[2]"]


def test_notes_are_compared_without_paths() -> None:
    assert shown("Thank you.\n\n  a: [\n", "Thanks.\n\n  a: [\n")[:3] == [
        "@",
        "- Thank you.",
        "+ Thanks.",
    ]


def test_equal_texts_have_no_difference() -> None:
    assert shown(DEPLOYMENT, DEPLOYMENT) == []

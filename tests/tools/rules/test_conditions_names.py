"""Who makes the object that a name stands for: the chart, the values, or somebody else."""

from __future__ import annotations

import pytest

from chartproof.findings import Finding, Severity
from tests.support.inline import found_in

RULE = "reference-names-an-object"
POD = """
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: main
      image: main:1
      envFrom: [{secretRef: {name: NAME}}]
"""


def of_name(name: str, values: str = "", *others: str) -> list[Finding]:
    """Return what is found in a pod that asks for a Secret of that name."""
    return found_in(RULE, POD.replace("NAME", name) + "".join(others), values=values)


@pytest.mark.parametrize(
    ("name", "values", "given_by"),
    [
        ("{{ .Values.login }}", "login: theirs", "login"),
        ("{{ .Values.login }}-db", "login: theirs-db", None),
        ("{{ .Values.login }}-db", "{login: theirs, note: theirs-db}", None),
        ("{{ index .Values.logins 1 }}", "logins: [ours, theirs]", "logins.1"),
        ("{{ (index .Values.logins 0).name }}", "logins: [{name: theirs}]", "logins.0.name"),
        ("{{ tpl .Values.login . }}", "login: '{{ .Release.Namespace }}-db'", "login"),
        ("theirs", "login: theirs", None),
    ],
)
def test_a_name_is_the_value_s_where_it_follows_the_value(
    name: str, values: str, given_by: str | None
) -> None:
    (finding,) = of_name(name, values)
    if given_by is None:
        assert finding.severity is Severity.ERROR
    else:
        assert finding.severity is Severity.NOTE
        assert f"is named by the values ({given_by})" in finding.message


@pytest.mark.parametrize("values", ["login: ''", "login: '{{ print }}'"], ids=["text", "template"])
def test_an_empty_name_is_nobody_s(values: str) -> None:
    (finding,) = of_name("{{ tpl .Values.login . | quote }}", values)
    assert finding.severity is Severity.ERROR
    assert finding.message == "the chart renders no Secret ''"


def test_a_value_that_cannot_be_changed_gives_no_name() -> None:
    guard = '{{ if ne .Values.login "theirs" }}{{ fail "no other" }}{{ end }}'
    (finding,) = of_name(f"{guard}theirs", "login: theirs")
    assert finding.severity is Severity.ERROR


BINDING = """
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: NAME}
"""


@pytest.mark.parametrize("name", ["system:auth-delegator", "view", "cluster-admin"])
def test_roles_that_every_cluster_has_need_not_be_rendered(name: str) -> None:
    assert found_in(RULE, BINDING.replace("NAME", name)) == []


def test_only_roles_are_the_system_s_by_their_name() -> None:
    (finding,) = of_name("system:login")
    assert finding.severity is Severity.ERROR


def test_the_service_of_kubernetes_itself_is_in_every_cluster() -> None:
    asking = POD.replace("envFrom: [{secretRef: {name: NAME}}]", "env: [ENV]").replace(
        "ENV", "{name: API_URL, value: 'https://kubernetes.default.svc/'}"
    )
    assert found_in("url-names-a-service", asking) == []


ARGUMENTS = """
---
apiVersion: KIND
metadata: {name: other}
spec: {template: {spec: {containers: [{name: main, image: main:1, args: [--secret=made]}]}}}
"""


@pytest.mark.parametrize(
    ("kind", "count"), [("batch/v1\nkind: Job", 0), ("apps/v1\nkind: Deployment", 1)]
)
def test_a_job_makes_what_its_arguments_name_and_nothing_else_does(kind: str, count: int) -> None:
    assert len(of_name("made", "", ARGUMENTS.replace("KIND", kind))) == count


EXTERNAL = """
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: from-vault}
spec: {TARGET}
"""


def test_an_external_secret_makes_one_of_its_target_s_name_or_of_its_own() -> None:
    named = EXTERNAL.replace("TARGET", "target: {name: login}")
    unnamed = EXTERNAL.replace("TARGET", "")
    assert of_name("login", "", named) == of_name("from-vault", "", unnamed) == []
    assert len(of_name("from-vault", "", named)) == len(of_name("login", "", unnamed)) == 1


ROLE = """
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: maker}
rules:
  - {apiGroups: [""], resources: [RESOURCE], verbs: [VERB]}
  - {apiGroups: [""], resources: [RESOURCE], verbs: [get], resourceNames: [made]}
"""


@pytest.mark.parametrize(
    ("resource", "verb", "count"),
    [("secrets", "create", 0), ("secrets", "list", 1), ("configmaps", "create", 1)],
)
def test_a_role_that_may_create_secrets_makes_those_it_names(
    resource: str, verb: str, count: int
) -> None:
    role = ROLE.replace("RESOURCE", resource).replace("VERB", verb)
    assert len(of_name("made", "", role)) == count

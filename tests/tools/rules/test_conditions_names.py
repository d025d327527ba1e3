"""Who makes the object that a name stands for: the chart, the values, or somebody else."""

from __future__ import annotations

import pytest

from chartproof.findings import Finding, Severity
from tests.support.inline import found_in, messages

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


GIVEN = "role-names-an-object"
RIGHT = """
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: NAMESPACE}
rules: [{apiGroups: [GROUPS], resources: [RESOURCES], verbs: [get], resourceNames: [NAME]}]
"""
RENDERED = """
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
"""


def of_right(
    name: str,
    resources: str = "configmaps",
    *,
    groups: str = '""',
    namespace: str = "default",
    others: str = "",
    values: str = "",
) -> list[str]:
    """Return what is said of a Role that names an object beside the ConfigMap `settings`."""
    role = RIGHT.replace("NAMESPACE", namespace).replace("GROUPS", groups)
    role = role.replace("RESOURCES", resources).replace("NAME", name)
    return messages(found_in(GIVEN, RENDERED + role + others, values=values))


def test_a_right_to_what_is_not_rendered_is_found_by_the_release_s_name_or_a_near_one() -> None:
    assert of_right("settings") == []
    assert of_right("setings") == ["the chart renders no ConfigMap 'setings'"]
    assert of_right("release-name-x") == ["the chart renders no ConfigMap 'release-name-x'"]
    assert of_right("aws-auth") == []


@pytest.mark.parametrize(
    ("resources", "groups"), [("leases", '""'), ("configmaps, leases", '""'), ("configmaps", "x")]
)
def test_a_right_to_kinds_that_no_chart_renders_names_what_others_make(
    resources: str, groups: str
) -> None:
    assert of_right("setings", resources, groups=groups) == []


def test_a_right_to_one_of_several_kinds_finds_it_in_any() -> None:
    assert of_right("settings", "secrets, configmaps/status") == []
    assert of_right("release-name-x", "secrets, configmaps") == [
        "the chart renders no ConfigMap or Secret 'release-name-x'"
    ]


def test_a_right_is_for_the_namespace_of_its_role() -> None:
    assert len(of_right("release-name-settings", namespace="elsewhere")) == 1
    assert of_right("setings", namespace="elsewhere") == []
    assert of_right("release-name-settings", namespace="kube-system") == []


def test_a_right_to_what_others_make_or_a_value_names_is_none_of_the_chart_s() -> None:
    assert (
        of_right(
            "release-name-x",
            others=ROLE.replace("RESOURCE", "configmaps").replace("VERB", "create"),
        )
        == []
    )
    assert of_right("{{ .Values.login }}", values="login: settingz") == []
    job = ARGUMENTS.replace("KIND", "batch/v1\nkind: Job").replace("made", "release-name-x")
    assert of_right("release-name-x", others=job) == []
    custom = "\n---\napiVersion: example.com/v1\nkind: Database\nmetadata: {name: release-name}\n"
    assert of_right("release-name-x", others=custom) == []
    assert (
        of_right(
            "default",
            "serviceaccounts",
            others="""
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: defaults}
""",
        )
        == []
    )

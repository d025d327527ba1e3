"""The rules of `chartproof lint`, all of them here.

A rule is a module: its name is the rule's id, its docstring the rule's documentation. Its function
`check` gives the findings of a release, `check_chart` those of a chart with all its cases; it has
one of them or both. `SEVERITIES` are those that its findings have, the worst first; without it
all are errors. To add a rule, write the module and list it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import ModuleType

from chartproof.findings import Finding, Severity
from chartproof.release import Release
from chartproof.rules import (
    api_is_served,
    backend_port_is_a_service_port,
    config_map_holds_no_secret,
    container_is_in_the_pod,
    container_names_differ,
    dependency_fits_its_version,
    hook_finds_what_it_needs,
    immutable_field_carries_no_version,
    item_is_listed_once,
    monitor_finds_its_targets,
    mount_names_a_volume,
    name_fits_its_limits,
    null_is_handled,
    object_fits_its_schema,
    object_is_rendered_once,
    path_names_a_mounted_file,
    pod_reaches_its_security_level,
    policy_peer_selects_pods,
    policy_port_is_a_container_port,
    policy_selects_pods,
    probe_port_is_a_container_port,
    reference_names_a_key,
    reference_names_an_object,
    role_names_an_object,
    route_finds_its_listener,
    schema_describes_the_values,
    secret_data_is_base64,
    selector_matches_its_pods,
    selectors_do_not_overlap,
    service_selects_pods,
    spread_counts_its_own_pods,
    stateful_set_service_is_headless,
    target_port_is_a_container_port,
    text_is_filled_in,
    url_names_a_service,
    value_is_read,
    wrong_type_is_refused,
    yaml_key_is_unique,
)
from chartproof.study import Study


@dataclass(frozen=True)
class Documented:
    """What a finding can be about: its id, what it means, and how severe it is, worst first."""

    id: str
    documentation: str
    severities: tuple[Severity, ...]


@dataclass(frozen=True)
class Rule(Documented):
    """A check of rendered objects, or of a chart."""

    check: Callable[[Release], Iterator[Finding]]
    check_chart: Callable[[Study], Iterator[Finding]]

    @classmethod
    def of(cls, module: ModuleType) -> Rule:
        """Take the rule out of its module."""
        name = module.__name__.rpartition(".")[2].replace("_", "-")
        checks = (getattr(module, check, _nothing) for check in ("check", "check_chart"))
        severities = getattr(module, "SEVERITIES", (Severity.ERROR,))
        return cls(name, (module.__doc__ or "").strip(), severities, *checks)

    def findings(self, release: Release) -> Iterator[Finding]:
        """Check a release; the findings carry the rule's id."""
        for finding in self.check(release):
            yield replace(finding, rule=self.id)

    def findings_of_chart(self, study: Study) -> Iterator[Finding]:
        """Check a chart; the findings carry the rule's id, and no cases where it is about all."""
        for finding in self.check_chart(study):
            yield replace(finding, rule=self.id)


def _nothing(_: object) -> Iterator[Finding]:
    return iter(())


RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in map(
        Rule.of,
        (
            selector_matches_its_pods,
            selectors_do_not_overlap,
            service_selects_pods,
            policy_selects_pods,
            policy_peer_selects_pods,
            policy_port_is_a_container_port,
            spread_counts_its_own_pods,
            monitor_finds_its_targets,
            target_port_is_a_container_port,
            probe_port_is_a_container_port,
            backend_port_is_a_service_port,
            route_finds_its_listener,
            stateful_set_service_is_headless,
            reference_names_an_object,
            role_names_an_object,
            reference_names_a_key,
            mount_names_a_volume,
            path_names_a_mounted_file,
            container_is_in_the_pod,
            container_names_differ,
            object_is_rendered_once,
            item_is_listed_once,
            hook_finds_what_it_needs,
            secret_data_is_base64,
            config_map_holds_no_secret,
            immutable_field_carries_no_version,
            url_names_a_service,
            object_fits_its_schema,
            api_is_served,
            name_fits_its_limits,
            pod_reaches_its_security_level,
            text_is_filled_in,
            yaml_key_is_unique,
            dependency_fits_its_version,
            schema_describes_the_values,
            value_is_read,
            null_is_handled,
            wrong_type_is_refused,
        ),
    )
}

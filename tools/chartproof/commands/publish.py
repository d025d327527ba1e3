"""`chartproof publish`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from chartproof.errors import InputError

Archives = Annotated[
    list[Path],
    typer.Argument(metavar="ARCHIVE...", help="Charts' archives.", show_default=False),
]
To = Annotated[
    str, typer.Option("--to", metavar="TARGET", help="A folder, git:BRANCH or oci://HOST/PATH.")
]
Apply = Annotated[
    bool, typer.Option("--apply", help="Do it, instead of telling what would change.")
]
Url = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="The repository's address, for absolute URLs."),
]
Push = Annotated[bool, typer.Option("--push", help="Push the branch.")]
Remote = Annotated[
    str, typer.Option("--remote", metavar="NAME", help="Where the branch is pushed to.")
]
PlainHttp = Annotated[
    bool, typer.Option("--plain-http", help="Talk HTTP to the registry, instead of HTTPS.")
]
RegistryConfig = Annotated[
    Path | None,
    typer.Option("--registry-config", metavar="FILE", help="Helm's logins, if not in their place."),
]
RepositoryId = Annotated[
    str | None,
    typer.Option("--repository-id", metavar="UUID", help="The repository's ID on Artifact Hub."),
]
Owners = Annotated[
    list[str] | None,
    typer.Option("--owner", metavar="NAME <MAIL>", help="An owner of it there; may be repeated."),
]

_OWNER = re.compile(r"\s*(?P<name>[^<>]+?)\s*<(?P<email>[^<>@\s]+@[^<>@\s]+)>\s*")


def publish(
    archives: Archives,
    to: To,
    apply: Apply = False,
    url: Url = None,
    push: Push = False,
    remote: Remote = "origin",
    plain_http: PlainHttp = False,
    registry_config: RegistryConfig = None,
    repository_id: RepositoryId = None,
    owners: Owners = None,
) -> None:
    """Put archives into a repository: a folder, a git branch or an OCI registry.

    Tells what would change; --apply does it.
    """
    from chartproof.publish import Settings
    from chartproof.publish import publish as put
    from chartproof.publish.settings import Owner

    def owner(text: str) -> Owner:
        found = _OWNER.fullmatch(text)
        if not found:
            raise InputError(f"--owner {text}: expected NAME <MAIL>")
        return Owner(found["name"], found["email"])

    settings = Settings(
        url=url,
        repository_id=_uuid(repository_id),
        owners=[owner(text) for text in owners or ()],
        push=push,
        remote=remote,
        plain_http=plain_http,
        registry_config=registry_config,
    )
    plan = put(archives, to, settings, apply=apply)
    typer.echo("\n".join(plan.shown()))
    if not plan.changes:
        typer.echo("nothing to do")
    elif apply:
        typer.echo("published")
    else:
        typer.echo("nothing was changed; add --apply to do this")
    for line in plan.done:
        typer.echo(line)


def _uuid(text: str | None) -> str | None:
    """Hold an ID to its form. Raises InputError for what is no UUID."""
    try:
        return None if text is None else str(UUID(text))
    except ValueError as error:
        raise InputError(f"--repository-id {text}: expected a UUID") from error

"""Images that an upgrade runs in place of others, and how far apart their tags are."""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.diff.change import Change
from chartproof.diff.fields import FieldChange, Item
from chartproof.diff.level import Level, step
from chartproof.diff.restarts import template_changes
from chartproof.diff.upgrade import Upgrade


def images(upgrade: Upgrade) -> Iterator[Change]:
    """Give every container that has another image; the step is that of the tag.

    An image of another name, or with a tag that is no version, is a minor step.
    """
    for pair in upgrade.objects.same:
        for change in template_changes(pair):
            if is_image(change):
                level, said = _judged(str(change.old), str(change.new))
                container = change.path[-2]
                message = f"{container} runs {change.new} in place of {change.old}{said}"
                yield Change("image-changes", level, pair.old.label, message)


def is_image(change: FieldChange) -> bool:
    """Tell whether a change is that of a container's image."""
    path = change.path
    is_text = isinstance(change.old, str) and isinstance(change.new, str)
    return is_text and path[-1:] == ("image",) and isinstance(path[-2], Item)


def parts(image: str) -> tuple[str, str]:
    """Split an image's reference into its name, without the registry's default, and its tag."""
    name = image.partition("@")[0]
    repository, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:  # the colon is that of a registry's port
        repository, tag = name, ""
    return repository.removeprefix("docker.io/").removeprefix("library/"), tag


def _judged(old: str, new: str) -> tuple[Level, str]:
    (old_name, old_tag), (new_name, new_tag) = parts(old), parts(new)
    if old_name != new_name:
        return Level.MINOR, ""
    if old_tag == new_tag:
        return Level.PATCH, ""
    # What stands behind the version, as in 15.4-alpine, tells another build of it.
    versions = [tag.partition("-")[0] for tag in (old_tag, new_tag)]
    level = step(*versions)
    if level is None:
        return Level.MINOR, ""
    return max(level, Level.PATCH), f": a {max(level, Level.PATCH)} step"

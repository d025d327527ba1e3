"""The comments of Bitnami's readme-generator: `## @param path [modifiers] text`.

They name their value, so they may stand anywhere. A `## @section title` holds until the next one,
and may have a text between `## @descriptionStart` and `## @descriptionEnd`. `## @skip path` leaves
a value out with all that is in it, `## @extra path text` describes a map, or what is no value at
all. Modifiers: `array`, `object` and `string` show an empty one as the default, `default: text`
shows that, `nullable` shows nothing. Facts: readme-generator-for-helm 2.7, lib/parser.js.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from chartproof.documentation.comments import Comments
from chartproof.documentation.note import Note, Problem
from chartproof.errors import nearest

_TAG = re.compile(
    r"^##\s*@(?P<tag>param|extra|skip|section|descriptionStart|descriptionEnd)\b(?P<rest>.*)$"
)
_ABOUT = re.compile(r"^\s*(?P<path>\S+)\s*(?:\[(?P<modifiers>.*?)\])?\s*(?P<text>.*)$")
_SHOWN = {"array": ("list", "`[]`"), "object": ("object", "`{}`"), "string": ("string", '`""`')}
_NULLABLE, _DEFAULT = "nullable", "default:"


@dataclass
class Tags:
    """What the tags of a file say."""

    notes: dict[str, Note] = field(default_factory=dict)
    """By the path as it is written: keys are not quoted."""
    intros: dict[str, str] = field(default_factory=dict)
    """The texts of sections, by their titles."""
    problems: list[Problem] = field(default_factory=list)


def tags_of(comments: Comments) -> Tags:
    """Read the tags of a file."""
    tags, section, is_intro = Tags(), "", False
    for number, line in enumerate(comments.lines, start=1):
        if not comments.is_comment(number - 1):
            continue
        found = _TAG.match(line.strip())
        rest = found["rest"].strip() if found else line.strip().lstrip("#").strip()
        match found["tag"] if found else None:
            case "section":
                section, is_intro = rest, False
            case "descriptionStart":
                is_intro = True
                tags.intros[section] = rest
            case "descriptionEnd":
                is_intro = False
            case "param" | "extra" | "skip" as tag:
                _add(tags, tag, rest, section, number)
            case _ if is_intro:
                tags.intros[section] = f"{tags.intros[section]}\n{rest}".strip()
    return tags


def _add(tags: Tags, tag: str, rest: str, section: str, line: int) -> None:
    about = _ABOUT.match(rest)
    if about is None:
        tags.problems.append(Problem(line, f"@{tag} names no value"))
        return
    kind, default = "", ""
    for given in (about["modifiers"] or "").split(","):
        modifier = given.strip()
        if modifier in _SHOWN:
            kind, default = _SHOWN[modifier]
        elif modifier.startswith(_DEFAULT):
            default = f"`{modifier.removeprefix(_DEFAULT).strip()}`"
        elif modifier == _NULLABLE:
            default = ""  # the last one counts, and this one shows the value itself
        elif modifier:
            near = nearest(modifier, [*_SHOWN, _NULLABLE, "default: TEXT"])
            hint = f"; did you mean {near}?" if near else ""
            tags.problems.append(Problem(line, f"no modifier {modifier!r}{hint}"))
    tags.notes[about["path"]] = Note(
        description=about["text"],
        type=kind,
        default=default,
        section=section,
        is_ignored=tag == "skip",
        is_extra=tag == "extra",
        line=line,
    )

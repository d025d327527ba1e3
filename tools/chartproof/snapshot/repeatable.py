"""Whether a case renders to the same text the next time too.

A chart that may write what is random, or the time, gets a twin whose templates fail wherever
such a thing would be used. Where the twin renders, it has written what the chart itself would
have, and will again. Text that `tpl` makes a template of is not rewritten but searched for the
same functions, and in doubt the answer is no.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from chartproof.archive import rewritten
from chartproof.chart import Chart
from chartproof.snapshot.text import Texts

# Functions of Helm and Sprig whose result depends on chance, time, time zone or name server.
# `lookup` is none of them: it finds what the case gives, and nothing without that.
UNSTEADY = (
    r"(?<![\w.$])(?:rand\w+|uuidv4|gen[A-Z]\w+|bcrypt|htpasswd|encryptAES|shuffle|keys|values"
    r"|now|ago|date|dateInZone|date_in_zone|htmlDate|htmlDateInZone|toDate|mustToDate"
    r"|getHostByName)\b"
)
"""What calls one of them."""
_STRING = r'"(?:\\.|[^"\\])*"|`[^`]*`|\'(?:\\.|[^\'\\])\''
_STEADY = rf"(?!{UNSTEADY})[\w.$]++"
_LISTED = r"(?:keys|values)\s+[\w.$]+"
_UNSTEADY_ARGUMENT = rf"\(\s*{UNSTEADY}[^()\"`']*\)"
# What a part has taken it keeps (`*+`): where an action has no end, every way to read its quotes
# would be tried otherwise, twice as many for each.
_ACTION = re.compile(rf"\{{\{{(?:{_STRING}|/\*.*?\*/|(?!\}}\}}).)*+\}}\}}", re.DOTALL)
_CALL = re.compile(UNSTEADY)
KEPT = (
    rf"{_STRING}|/\*.*?\*/"
    # The order of keys is by chance, but not once they are sorted, and to `has` it is no matter.
    rf"|(?<![\w.$]){_LISTED}\s*\|\s*sortAlpha\b"
    rf"|(?<![\w.$])has\s+(?:{_STEADY}|{_STRING}|\((?:\s*{_STEADY})+\s*\))\s+\(\s*{_LISTED}\s*\)"
)
"""Parts of an action that are the same each time, whatever words are in them."""
_PART = re.compile(
    rf"(?P<kept>{KEPT})"
    # Nothing random is used where a default is not needed, although it is made.
    rf"|\|\s*default\s+(?P<piped>{_UNSTEADY_ARGUMENT})"
    rf"|(?<![\w.$])default\s+(?P<given>{_UNSTEADY_ARGUMENT})\s+(?P<value>[\w.$]+)"
    rf"|(?P<used>{UNSTEADY})",
    re.DOTALL,
)
_REQUIRED = 'required "not repeatable"'
_TPL = re.compile(r"(?<![\w.$])tpl\b")
_LITERAL = re.compile(rf"(?P<sought>\bcontains\s+)?(?P<text>{_STRING})", re.DOTALL)
_ADDRESS = re.compile(r"0x[0-9a-f]{8,}")
"""Where something is in memory, as a template has it that prints all it is given."""


def twin(chart: Chart) -> Chart | None:
    """Return the chart with templates that fail where a render would not be repeatable.

    It is the chart itself where it never is, and None where that cannot be known.
    """
    templates = {name: text for name, text in chart.files.items() if "/templates/" in name}
    if makes_templates(chart):
        others = [text for name, text in chart.files.items() if name not in templates]
        actions = [action for text in templates.values() for action in _ACTION.findall(text)]
        if not all(map(_is_steady, [*others, *_literals(actions)])):
            return None
    steady = {
        name: changed
        for name, text in templates.items()
        if _CALL.search(text) and (changed := _ACTION.sub(_steady_action, text)) != text
    }
    if not steady:
        return chart

    def change(name: str, content: bytes) -> bytes:
        return steady[name].encode() if name in steady else content

    return replace(chart, archive=rewritten(chart.contents, change))


def makes_templates(chart: Chart) -> bool:
    """Tell whether the chart renders text that is none of its templates."""
    return any(_TPL.search(text) for name, text in chart.files.items() if "/templates/" in name)


def are_steady(values: Any) -> bool:
    """Tell whether values are, as templates, repeatable."""
    if isinstance(values, str):
        return _is_steady(values)
    if isinstance(values, Mapping):
        return all(are_steady(key) and are_steady(item) for key, item in values.items())
    return not isinstance(values, list) or all(map(are_steady, values))


def hold_no_address(texts: Texts) -> bool:
    """Tell whether texts are free of what looks like an address in memory."""
    return not any(holds_address(text.text) for text in texts.values())


def holds_address(text: str) -> bool:
    """Tell whether a text has what looks like an address in memory."""
    return _ADDRESS.search(text) is not None


def _literals(actions: Iterable[str]) -> Iterator[str]:
    """Give the texts in actions; one that is to be filled in as a template is left open.

    What stands for %q is quoted, and so no part of the template.
    """
    for action in actions:
        for literal in _LITERAL.finditer(action):
            text = literal["text"][1:-1].replace("%q", '""')
            if not literal["sought"]:
                yield text + "{{" if "{{" in text and "%" in text else text


def _is_steady(text: str) -> bool:
    """Tell whether a text is repeatable as a template; where an action is open, it is not."""
    rest = _ACTION.sub("", text)
    return "{{" not in rest and not any(map(_CALL.search, _ACTION.findall(text)))


def _steady_action(action: re.Match[str]) -> str:
    return _PART.sub(_steady_part, action[0])


def _steady_part(part: re.Match[str]) -> str:
    if part["kept"]:
        return part["kept"]
    if part["piped"]:
        return f"| default nil | {_REQUIRED}"
    if part["given"]:
        return f"{_REQUIRED} (default nil {part['value']})"
    return "fail"

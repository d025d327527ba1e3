"""A keyword of a schema that refuses what another schema takes, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass

from chartproof.diff.fields import cut

Path = tuple[str, ...]
REFUSED, REQUIRED, CLOSED = "value", "required", "additionalProperties"
COMBINED = (
    *("anyOf", "oneOf", "allOf", "not", "if", "then", "else"),
    *("contains", "dependentRequired"),
)
"""Keywords that combine schemas, or conditions on several keys."""


@dataclass(frozen=True)
class Narrowing:
    """A keyword by which a schema refuses what another accepts, in the words of both.

    `path` are the keys of the value, `*` for any and `[]` for an item of a list. `witness` is a
    value, as JSON, that shows it. One that is not `is_sure` may refuse nothing.
    """

    path: Path
    keyword: str
    wide: str
    narrow: str
    is_sure: bool = True
    witness: str | None = None

    def refusal(self) -> str:
        """Say what is refused that was taken."""
        if not self.is_sure:
            how = "is another one" if self.keyword in COMBINED else self._between()
            return f"{self.keyword} {how}: it may refuse what it took"
        if self.witness is not None:
            return f"refuses {cut(self.witness)}, which it took ({self.keyword})"
        told = {
            REFUSED: "is refused",
            REQUIRED: "has to be given",
            CLOSED: "keys that the schema does not know are refused",
        }
        return told.get(self.keyword, f"{self.keyword} {self._between()}: it refuses what it took")

    def permission(self) -> str:
        """Say the same of the schemas the other way about: what is taken that was refused."""
        if self.witness is not None:
            return f"takes {cut(self.witness)}, which it refused ({self.keyword})"
        told = {
            REQUIRED: "need no longer be given",
            CLOSED: "keys that the schema does not know are taken",
        }
        wider = f"{self.keyword} is {self.wide} in place of {self.narrow}: it takes more"
        return told.get(self.keyword, wider)

    def _between(self) -> str:
        return f"is {self.narrow} in place of {self.wide}"

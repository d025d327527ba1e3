"""Mermaid's own parser, installed once from npm."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from chartproof.cluster.cache import cache_dir, once
from chartproof.cluster.shell import run

MERMAID, JSDOM = "11.17.2", "29.1.1"
# Mermaid cleans labels with a library that wants a browser's document, even to parse.
SCRIPT = """\
import { JSDOM } from "jsdom";
import { readFileSync } from "node:fs";

const { window } = new JSDOM("");
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import("mermaid");
const said = [];
for (const text of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  try {
    said.push((await mermaid.parse(text)).diagramType);
  } catch (error) {
    said.push(String(error.message ?? error));
  }
}
console.log(JSON.stringify(said));
"""


def parsed(diagrams: Sequence[str], folder: Path) -> list[str]:
    """Return for each diagram what Mermaid takes it for, or why it does not take it.

    `folder` is where a file may be written.
    """
    given = folder / "diagrams.json"
    given.write_text(json.dumps(list(diagrams)))
    said: list[str] = json.loads(run(["node", _installed() / "parse.mjs", given]).stdout)
    return said


def _installed() -> Path:
    def install(part: Path) -> None:
        packages = [f"mermaid@{MERMAID}", f"jsdom@{JSDOM}"]
        run(["npm", "install", "--ignore-scripts", "--no-audit", "--prefix", part, *packages])
        (part / "parse.mjs").write_text(SCRIPT)

    return once(cache_dir() / "tools" / f"mermaid-{MERMAID}", install)

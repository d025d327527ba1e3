"""A new chart that passes every check from its first minute.

The folder `templates` has its files: `project` those of any chart, `web` and `workers` what a kind
of chart has beside them. They are what they become but for three words: `chart-name`,
`app-version` and `chartproof-version`. The tables, descriptions and snapshots are made, not copied.
"""

from chartproof.scaffold.create import Kind, create

__all__ = ["Kind", "create"]

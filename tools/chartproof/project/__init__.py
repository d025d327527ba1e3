"""chartproof.yaml: what the owner of a chart tells chartproof about it."""

FILE = "chartproof.yaml"

"""What a chart's values are for: told once, in the comments of values.yaml, and shown elsewhere.

The comments are those of helm-docs (`# -- text`) and of Bitnami's readme-generator
(`## @param path text`). From them come the tables of README.md and of other pages, and the
descriptions in values.schema.json.
"""

from chartproof.documentation.build import Documentation, Edit, document

__all__ = ["Documentation", "Edit", "document"]

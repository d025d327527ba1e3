"""index.html, by which a person finds the charts of a classic repository with a browser.

It is one file that loads nothing else, can be read without JavaScript, and follows the reader's
choice of dark or light.
"""

from chartproof.publish.page.build import FILE, build, is_ours

__all__ = ["FILE", "build", "is_ours"]

"""Who made an archive: Helm's provenance files, written and checked.

`<archive>.prov` is the archive's Chart.yaml and SHA-256, clear-signed with OpenPGP; `helm verify`
and `helm pull --verify` read it. See https://helm.sh/docs/topics/provenance.
"""

from chartproof.provenance.sign import sign
from chartproof.provenance.verify import Verified, is_signed, verify

__all__ = ["Verified", "is_signed", "sign", "verify"]

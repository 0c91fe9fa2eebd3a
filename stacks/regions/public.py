"""The way out to public addresses, which workloads of both regions have alike."""

from components.kubernetes.namespace import address_peer
from components.kubernetes.workloads import Place
from settings.types import RFC_1918

# RFC 1918's, those that carriers share (RFC 6598), and those of one link (RFC 3927).
PRIVATE = (*map(str, RFC_1918), "100.64.0.0/10", "169.254.0.0/16")

# Policies of Kubernetes know no names; the mesh narrows these addresses to those that are meant.
PUBLIC = Place([address_peer("0.0.0.0/0", *PRIVATE)], [443])
"""Where HTTPS to public addresses leads."""

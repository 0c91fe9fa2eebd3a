"""What runs in the clusters, the same in both as far as they allow; each section takes from those before it."""

from stacks.platform import certificates, foundation, instrumentation, load_balancing, names, secrets
from stacks.platform.site import Site


def install(site: Site) -> None:
    """Install everything, in the order in which one thing needs another."""
    priorities = foundation.install(site)
    issuers = certificates.install(site, priorities.names["platform-critical"])
    load_balancing.install(site, priorities.names["platform-critical"], issuers.release)
    instrumentation.install(site, priorities.names["platform"], issuers.release)
    names.install(site, priorities.names["platform"])
    secrets.install(site)

"""What runs in the clusters, the same in both as far as they allow; each section takes from those before it."""

from stacks.platform import alerting, chaos, objectives, secrets
from stacks.platform.site import Site


def install(site: Site) -> None:
    """Install everything, in the order in which one thing needs another."""
    store = secrets.install(site)
    alerting.install(site, store)
    objectives.install(site)
    chaos.install(site)

"""What runs in the clusters, the same in both as far as they allow; each section takes from those before it."""

from stacks.platform import delivery, secrets, workloads
from stacks.platform.site import Site


def install(site: Site) -> None:
    """Install everything, in the order in which one thing needs another."""
    external_secrets = secrets.install(site)
    places = workloads.install(site)
    delivery.install(site, {name: place.namespace for name, place in places.items()}, external_secrets.ready)

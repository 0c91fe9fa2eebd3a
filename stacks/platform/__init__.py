"""What runs in the clusters, the same in both as far as they allow; each section takes from those before it."""

from stacks.platform import dast, secrets, sonarqube, supply
from stacks.platform.site import Site


def install(site: Site) -> None:
    """Install everything, in the order in which one thing needs another."""
    stored = secrets.install(site)
    supply.install(site)
    sonarqube.install(site, stored)
    dast.install(site)

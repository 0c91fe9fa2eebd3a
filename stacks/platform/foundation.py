"""What everything else in a cluster stands on: volumes and priorities."""

from components.kubernetes.priorities import Priorities
from components.kubernetes.storage import Driver, Storage, ebs, persistent_disks
from stacks.platform.site import OnAws, Site


def install(site: Site) -> Priorities:
    """Install it, and tell the classes of priority that others name."""
    Storage("storage", site.scope, _volumes(site), opts=site.opts)
    return Priorities("priorities", site.scope, site.opts)


def _volumes(site: Site) -> Driver:
    tags = site.scope.tags
    if isinstance(site.here, OnAws):
        return ebs(site.here.snapshot_driver, site.here.volumes_key_arn, tags)
    return persistent_disks(site.here.volumes_key_id, site.here.region, tags)

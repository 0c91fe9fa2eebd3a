"""What everything else in a cluster stands on: volumes, priorities and nodes."""

from components.kubernetes.karpenter import Karpenter
from components.kubernetes.priorities import Priorities
from components.kubernetes.storage import Driver, Storage, ebs, persistent_disks
from stacks.platform.site import OnAws, Site


def install(site: Site) -> tuple[Priorities, Storage]:
    """Install it, and tell the classes of priority and of volumes that others name."""
    volumes = Storage("storage", site.scope, _volumes(site), opts=site.opts)
    priorities = Priorities("priorities", site.scope, site.opts)
    # Google starts Autopilot's nodes.
    if isinstance(site.here, OnAws):
        Karpenter(
            "karpenter",
            site.scope,
            site.settings.platform.nodes,
            site.here.machines,
            service_account=site.here.service_accounts["karpenter"],
            priority=priorities.names["platform-critical"],
            opts=site.opts,
        )
    return priorities, volumes


def _volumes(site: Site) -> Driver:
    tags = site.scope.tags
    if isinstance(site.here, OnAws):
        return ebs(site.here.snapshot_driver, site.here.volumes_key_arn, tags)
    return persistent_disks(site.here.volumes_key_id, site.here.region, tags)

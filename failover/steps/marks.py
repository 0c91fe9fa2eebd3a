"""The objects in the switch's bucket, each of which says something to the world by existing."""

import json

from failover.names import StandbyNames
from failover.step import Site


def put(site: Site, name: str) -> None:
    """Create the object, unless it is there; no cache keeps it."""
    bucket = site.standby.switch_bucket
    if site.cloud.objects.read(bucket, name)[1] == 0:
        site.log(f"create gs://{bucket}/{name}")
        content = json.dumps({"run": site.run_id, "at": site.now()}).encode()
        site.cloud.objects.write(bucket, name, content, 0, public=True)


def remove(site: Site, name: str) -> None:
    """Delete the object, if it is there."""
    bucket = site.standby.switch_bucket
    if site.cloud.objects.read(bucket, name)[1]:
        site.log(f"delete gs://{bucket}/{name}")
        site.cloud.objects.delete(bucket, name)


def put_by_hand(standby: StandbyNames, name: str) -> str:
    """The command that creates it."""
    return f"echo '{{}}' | gcloud storage cp - gs://{standby.switch_bucket}/{name} --cache-control=no-store"


def remove_by_hand(standby: StandbyNames, name: str) -> str:
    """The command that deletes it."""
    return f"gcloud storage rm gs://{standby.switch_bucket}/{name}"

"""The bucket of a failover's objects: what Route 53's health checkers and every writer look at."""

import pulumi
from pulumi_gcp import storage

from components.gcp.component import GcpComponent, Scope


class Switch(GcpComponent):
    """A public bucket, empty until a failover, of three objects that say something by their existence alone.

    `fence`: the primary's writers stop, and nothing is copied from there any more. `fence-standby`: the same for this
    region's writers, on the way back. `active`: DNS moves to this region. Nothing else may ever be put here.

    Two regions hold it, so that the loss of either moves nothing back. Anyone may read an object whose name they know,
    since neither health checkers nor writers carry credentials for it; nobody may list. A missing object is answered by
    403, which is unhealthy as well as 404 is.

    What must not bring the object back, or hide it, is off: no versions and no soft delete, so that what is deleted is
    gone; no retention, so that it can be deleted; and no key of ours, because an object whose key is disabled cannot be
    read, which is taken for its absence: users would be sent back to a primary that is allowed to write again.

    Whoever creates an object must give it `Cache-Control: no-store`; a bucket has no default for that, and Google
    caches public objects for an hour otherwise.
    """

    bucket: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        bucket: str,
        second_region: str,
        location: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the bucket, in the scope's region and a second, which make up `location`."""
        super().__init__("Switch", name, scope, "public", opts)
        made = storage.Bucket(
            f"{name}-bucket",
            # Chosen: the primary's health check asks for it.
            name=bucket,
            location=location,
            custom_placement_config={"data_locations": [scope.region.upper(), second_region.upper()]},
            rpo="ASYNC_TURBO",
            storage_class="STANDARD",
            uniform_bucket_level_access=True,
            public_access_prevention="inherited",
            versioning={"enabled": False},
            soft_delete_policy={"retention_duration_seconds": 0},
            force_destroy=False,
            opts=self.child(stateful=True),
        )
        storage.BucketIAMMember(
            f"{name}-readers",
            bucket=made.name,
            # Reads objects and lists none.
            role="roles/storage.legacyObjectReader",
            member="allUsers",
            opts=self.child(),
        )
        self.bucket = made.name
        self.register_outputs({"bucket": self.bucket})

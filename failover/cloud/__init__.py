"""Google Cloud, as far as a failover needs it: one small class for each service, over Google's own client libraries.

Each call is tried once and has a limit of time; what to do about a failure is the engine's to decide, so that a step's
budget covers all of its waiting.
"""

from functools import cached_property

from failover.cloud.accounts import Accounts
from failover.cloud.calls import Access, Refused, Unavailable
from failover.cloud.certificates import Certificates
from failover.cloud.connectors import Connectors
from failover.cloud.instances import Instances
from failover.cloud.jobs import Jobs
from failover.cloud.metrics import Metrics
from failover.cloud.migration import Migration
from failover.cloud.outside import Outside
from failover.cloud.storage import Objects
from failover.cloud.tables import Tables
from failover.cloud.transfers import Transfers
from failover.cloud.workloads import Workloads

__all__ = ["Access", "Cloud", "Refused", "Unavailable"]


class Cloud:
    """The services, each reached when it is first used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    @cached_property
    def objects(self) -> Objects:
        """Cloud Storage."""
        return Objects(self._access)

    @cached_property
    def jobs(self) -> Jobs:
        """Cloud Run's jobs."""
        return Jobs(self._access)

    @cached_property
    def migration(self) -> Migration:
        """Database Migration Service."""
        return Migration(self._access)

    @cached_property
    def accounts(self) -> Accounts:
        """Service accounts."""
        return Accounts(self._access)

    @cached_property
    def connectors(self) -> Connectors:
        """Managed Kafka's connectors."""
        return Connectors(self._access)

    @cached_property
    def transfers(self) -> Transfers:
        """Storage Transfer Service."""
        return Transfers(self._access)

    @cached_property
    def metrics(self) -> Metrics:
        """Cloud Monitoring."""
        return Metrics(self._access)

    @cached_property
    def certificates(self) -> Certificates:
        """Certificate Manager."""
        return Certificates(self._access)

    @cached_property
    def instances(self) -> Instances:
        """Cloud SQL's instances."""
        return Instances(self._access)

    @cached_property
    def tables(self) -> Tables:
        """Bigtable's tables and backups."""
        return Tables(self._access)

    @cached_property
    def workloads(self) -> Workloads:
        """Deployments in the cluster."""
        return Workloads(self._access)

    @cached_property
    def outside(self) -> Outside:
        """What anybody sees of the platform, without credentials."""
        return Outside(self._access)

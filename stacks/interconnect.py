"""What joins the two regions; it reads both, and nothing of it is needed to fail over."""

from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp

from components.aws.component import Scope as AwsScope
from components.crosscloud.contract import Contract
from components.gcp.component import Scope as GcpScope
from components.tags import Tags
from settings.stacks import Interconnect
from stacks.contracts import DrExports, ProdExports
from stacks.references import read


def build(settings: Interconnect) -> dict[str, pulumi.Input[Any]]:
    """Register what joins the regions and return the stack's exports."""
    return _Link(settings).exports()


class _Link:
    """What joins the regions, section by section; each takes from those before it."""

    def __init__(self, settings: Interconnect) -> None:
        owner = settings.ownership
        tags = Tags(owner.service, owner.environment, owner.owner, owner.cost_centre, dr_role="link")
        self.settings = settings
        self.prod = read("prod", ProdExports)
        self.dr = read("dr", DrExports)
        self.aws = AwsScope(
            account_id=settings.accounts.aws, region=settings.regions.aws, tags=tags, protect=settings.protection
        )
        self.gcp = GcpScope(
            project=settings.accounts.gcp_project,
            project_number=settings.accounts.gcp_project_number,
            region=settings.regions.gcp,
            tags=tags,
            protect=settings.protection,
        )
        self._agree()

    def _agree(self) -> None:
        """The contract first: the providers come below it, and every resource waits for its provider."""
        contract = Contract(
            "contract",
            primary=self.prod["inventory"],
            standby=self.dr["inventory"],
            tunnels=[str(network) for network in self.settings.plan.tunnels],
        )
        agreed = pulumi.ResourceOptions(parent=contract)
        providers: list[pulumi.ProviderResource] = [
            aws.Provider(
                "contract-aws", region=self.aws.region, allowed_account_ids=[self.aws.account_id], opts=agreed
            ),
            gcp.Provider(
                "contract-gcp",
                project=self.gcp.project,
                region=self.gcp.region,
                # A person's call must name the project whose quota it uses.
                billing_project=self.gcp.project,
                user_project_override=True,
                opts=agreed,
            ),
        ]
        self.opts = pulumi.ResourceOptions(providers=providers)

    def exports(self) -> dict[str, pulumi.Input[Any]]:
        """What the stack tells the others."""
        return {"kind": self.settings.kind}

"""Settings of the project in bootstrap/: where state lives, which repository deploys, who hears of costs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from settings.shared import Accounts, Ownership, Regions, StackSettings
from settings.types import Fixed, GcpRegion, Label, Model, Refusal, between, matching

# Continents within which Cloud Storage pairs two regions, by the first part of a region's name: the bucket's location
# and that of the keys which may encrypt it. https://docs.cloud.google.com/storage/docs/locations
CONTINENTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"asia": ("ASIA", "asia"), "europe": ("EU", "europe"), "us": ("US", "us")}
)

BucketName = Annotated[
    str,
    *matching(
        r"(?!goog)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
        "Cloud Storage refuses it as a bucket's name",
        "use 3 to 63 lower-case letters, digits and hyphens; the name must be free in all the world",
    ),
]

GithubName = Annotated[
    str,
    *matching(r"[\w.-]{1,100}", "GitHub has no owner or repository of such a name", "write the name alone, without /"),
]

GithubId = Annotated[
    str,
    *matching(
        r"[1-9]\d{0,18}",
        "GitHub's ids have digits only",
        "write it in quotes, as `gh api repos/<owner>/<repository>` prints it under id and owner.id",
    ),
]

BillingAccount = Annotated[
    str,
    *matching(
        r"([0-9A-F]{6}-){2}[0-9A-F]{6}",
        "Google Cloud has no billing account with such an id",
        "write it as `gcloud billing accounts list` prints it, such as 012345-6789AB-CDEF01",
    ),
]

EmailAddress = Annotated[
    str, *matching(r"[\w.+-]+@[\w.-]+\.[a-z]{2,63}", "no mail would arrive", "write one address, such as a team's list")
]

Amount = Annotated[int, *between(1, 10_000_000, "no alarm would ever come, or always")]


class StateSettings(Model):
    """The bucket that holds the state of every stack."""

    bucket: Fixed[BucketName]
    """The bucket's name; all stacks log in to gs://<bucket>."""

    second_region: Fixed[GcpRegion] = "us-west1"
    """Where the bucket is kept beside regions.gcp, on the same continent: either region alone has all of it."""


class GithubSettings(Model):
    """The repository whose workflows plan and deploy."""

    owner: GithubName
    """The user or organisation that owns the repository."""

    owner_id: GithubId
    """The owner's number, which a new owner of the same name does not get."""

    repository: GithubName
    """The repository's name."""

    repository_id: GithubId
    """The repository's number, which a new repository of the same name does not get."""

    environment: Label = "production"
    """The GitHub environment that deployments run in: its reviewers and branches decide who deploys."""

    subject: Literal["immutable", "names"] = "immutable"
    """What tokens call the repository: `immutable` with its numbers; `names` for one that GitHub has not moved yet."""

    default_branch: Annotated[
        str, *matching(r"[\w./-]{1,100}", "git has no such branch", "write the branch's name, such as main")
    ] = "main"
    """The branch whose workflows may plan, as pull requests may; drift is found there."""

    @property
    def subjects(self) -> Mapping[Literal["plan", "apply"], tuple[str, ...]]:
        """The `sub` claims of the tokens that may plan, and of those that may deploy: whole ones, never patterns.

        A pattern would let a part that others choose, such as a branch, stand for the parts that identify.
        https://docs.github.com/en/actions/reference/security/oidc
        """
        names = f"{self.owner}/{self.repository}"
        numbered = f"{self.owner}@{self.owner_id}/{self.repository}@{self.repository_id}"
        repository = f"repo:{numbered if self.subject == 'immutable' else names}"
        return {
            "plan": (f"{repository}:pull_request", f"{repository}:ref:refs/heads/{self.default_branch}"),
            "apply": (f"{repository}:environment:{self.environment}",),
        }


class BudgetSettings(Model):
    """What each cloud may cost in a month before somebody is told."""

    aws_usd: Amount
    """Dollars a month on AWS."""

    gcp_units: Amount
    """A month on Google Cloud, in the billing account's own currency."""

    billing_account: BillingAccount
    """The Google Cloud billing account that pays for the project."""

    receivers: Annotated[tuple[EmailAddress, ...], Field(min_length=1, max_length=5)]
    """Who is told; Google Cloud takes five."""


def _on_a_continent_with_pairs(regions: Regions) -> Regions:
    if regions.gcp.split("-")[0] not in CONTINENTS:
        raise Refusal(
            "Cloud Storage pairs no regions there, so the state would be in one region alone",
            f"choose a region whose name starts with {', '.join(CONTINENTS)}",
            at=("gcp",),
        )
    return regions


class Bootstrap(StackSettings):
    """What must exist before the first stack: keys of bootstrap/Pulumi.bootstrap.yaml, and some of Pulumi.yaml."""

    accounts: Accounts
    """The AWS account and the Google Cloud project."""

    regions: Annotated[Regions, AfterValidator(_on_a_continent_with_pairs)]
    """The two regions."""

    ownership: Ownership
    """Tags on AWS, labels on Google Cloud."""

    state: StateSettings
    """Where state is kept."""

    github: GithubSettings
    """Which repository deploys."""

    budgets: BudgetSettings
    """What may be spent."""

    @field_validator("state")
    @classmethod
    def _regions_pair(cls, state: StateSettings, info: ValidationInfo) -> StateSettings:
        regions: Regions | None = info.data.get("regions")
        if regions and state.second_region == regions.gcp:
            raise Refusal(
                "one disaster would take all state", "name another region of the continent", at=("second_region",)
            )
        if regions and state.second_region.split("-")[0] != regions.gcp.split("-")[0]:
            raise Refusal(
                f"Cloud Storage pairs regions of one continent only, and regions.gcp is {regions.gcp}",
                f"name a region whose name starts with {regions.gcp.split('-')[0]}",
                at=("second_region",),
            )
        return state

    @property
    def continent(self) -> tuple[str, str]:
        """The bucket's location, and that of its keys."""
        return CONTINENTS[self.regions.gcp.split("-")[0]]

"""Settings of the project in bootstrap/: where state lives, which repository deploys, who hears of costs."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from settings.shared import Accounts, Ownership, Regions, StackSettings
from settings.types import EmailAddress, Fixed, Label, Model, between, matching

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

Amount = Annotated[int, *between(1, 10_000_000, "no alarm would ever come, or always")]


class StateSettings(Model):
    """The bucket that holds the state of every stack."""

    bucket: Fixed[BucketName]
    """The bucket's name; all stacks log in to gs://<bucket>."""


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


class Bootstrap(StackSettings):
    """What must exist before the first stack: keys of bootstrap/Pulumi.bootstrap.yaml, and some of Pulumi.yaml."""

    accounts: Accounts
    """The AWS account and the Google Cloud project."""

    regions: Regions
    """The two regions."""

    ownership: Ownership
    """Tags on AWS, labels on Google Cloud."""

    state: StateSettings
    """Where state is kept."""

    github: GithubSettings
    """Which repository deploys."""

    budgets: BudgetSettings
    """What may be spent."""

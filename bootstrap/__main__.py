"""What must exist before the first stack: where state lives, who may deploy, who hears of costs."""

import sys
from pathlib import Path

import pulumi
import pulumi_aws as aws

# The CLI runs this program from its own folder; settings and components are the platform's.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from components.aws import budget as aws_budget
from components.aws import component as aws_component
from components.aws import github as aws_github
from components.gcp import budget as gcp_budget
from components.gcp import component as gcp_component
from components.gcp import github as gcp_github
from components.gcp.services import Services
from components.gcp.state import StateStore
from components.tags import Tags
from settings.bootstrap import Bootstrap
from settings.loader import load_beside

# What this project calls itself, and what a provider needs to turn on the others.
APIS = (
    "billingbudgets",
    "cloudkms",
    "cloudresourcemanager",
    "iam",
    "iamcredentials",
    "monitoring",
    "serviceusage",
    "storage",
    "sts",
)

settings = load_beside(Bootstrap)
accounts, regions, owner = settings.accounts, settings.regions, settings.ownership
tags = Tags.owned(owner, dr_role="link")

google = gcp_component.Scope(accounts.gcp_project, accounts.gcp_project_number, regions.gcp, tags, protect=True)
on_google = pulumi.ResourceOptions(providers=[google.provider("gcp")])
services = Services("services", google, APIS, on_google).enabled
location, key_location = regions.gcp_continent
state = StateStore(
    "state",
    google,
    settings.state,
    second_region=regions.gcp_second,
    location=location,
    key_location=key_location,
    services=services,
    opts=on_google,
)
google_access = gcp_github.GithubAccess(
    "github-gcp", google, settings.github, state=state, services=services, opts=on_google
)
gcp_budget.Budget("budget-gcp", google, settings.budgets, services=services, opts=on_google)

amazon = aws_component.Scope(accounts.aws, regions.aws, tags, protect=True)
on_amazon = pulumi.ResourceOptions(
    providers=[aws.Provider("aws", region=amazon.region, allowed_account_ids=[amazon.account_id])]
)
amazon_access = aws_github.GithubAccess("github-aws", amazon, settings.github, on_amazon)
aws_budget.Budget("budget-aws", amazon, settings.budgets, on_amazon)

pulumi.export("backend", state.url)
pulumi.export("secretsProvider", state.secrets_provider)
pulumi.export("awsRoles", amazon_access.role_arns)
pulumi.export("gcpIdentityProvider", google_access.provider_name)
pulumi.export("gcpServiceAccounts", google_access.service_accounts)

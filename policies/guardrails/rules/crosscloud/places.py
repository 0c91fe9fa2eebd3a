"""Where two regions and their copies are: far from each other, and where the data may be."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule
from guardrails.rules.crosscloud.contract import CONTRACT, SIDES
from guardrails.subject import Resource

# In one city or around it, by the places that both clouds publish for their regions; where AWS Interconnect joins a
# pair, its two regions are near each other by construction.
NEIGHBOURS = (
    "ap-northeast-1/asia-northeast1",
    "ap-northeast-2/asia-northeast3",
    "ap-northeast-3/asia-northeast2",
    "ap-south-1/asia-south1",
    "ap-southeast-1/asia-southeast1",
    "ap-southeast-2/australia-southeast1",
    "ca-central-1/northamerica-northeast1",
    "eu-central-1/europe-west3",
    "eu-north-1/europe-north2",
    "eu-west-2/europe-west2",
    "eu-west-3/europe-west9",
    "sa-east-1/southamerica-east1",
    "us-east-1/us-east4",
    "us-east-2/us-east5",
    "us-west-1/us-west2",
    "us-west-2/us-west1",
)


def _apart(contract: Resource) -> Iterator[Finding]:
    pair = "/".join(contract.text(f"{side}.region") for side in SIDES)
    if pair in contract.choices("neighbours"):
        yield Finding("standby.region", "is a neighbour of primary.region")


def _resident(contract: Resource) -> Iterator[Finding]:
    allowed = [str(pattern) for pattern in contract.choices("allowedRegions")]
    for side in SIDES:
        for held in (f"{side}.region", f"{side}.copyRegions"):
            for path, region in contract.known_texts(held):
                if not any(fnmatchcase(region, pattern) for pattern in allowed):
                    yield Finding(path, "is not among the regions that data may be in")


RULES = (
    ResourceRule(
        id="crosscloud-regions-apart",
        types=CONTRACT,
        severity=Severity.CRITICAL,
        description="The two regions are not neighbours.",
        why="One storm, flood, earthquake or failure of the power grid would take the standby with the primary.",
        remedy="Choose regions.gcp in Pulumi.yaml some hundred kilometres from regions.aws.",
        settings={
            "neighbours": {
                "type": "array",
                "items": {"type": "string"},
                "default": list(NEIGHBOURS),
                "description": "Pairs of regions that one disaster may take, as <AWS region>/<Google Cloud region>.",
            }
        },
        check=_apart,
    ),
    ResourceRule(
        id="crosscloud-data-residency",
        types=CONTRACT,
        severity=Severity.HIGH,
        description="Regions, and those of their copies, are where the data may be.",
        why="Data that leaves its jurisdiction may break the law or a promise to customers, and cannot be called back.",
        remedy="Choose an allowed region in Pulumi.yaml or for the copy, or have the lawyers extend allowedRegions.",
        settings={
            "allowedRegions": {
                "type": "array",
                "items": {"type": "string"},
                "default": ["us-*"],
                "description": "Regions of either cloud that may hold data; * stands for any text.",
            }
        },
        check=_resident,
    ),
)

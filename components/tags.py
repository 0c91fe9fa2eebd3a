"""The one place where tags and labels are made: who owns a resource, what it holds, what it is for in a disaster."""

from dataclasses import dataclass
from typing import Literal

from settings.shared import Ownership

DataClass = Literal["public", "internal", "confidential", "restricted"]
"""How much harm the disclosure of a resource's contents would do, least first."""

DrRole = Literal["primary", "standby", "link"]
"""What a resource does in a disaster: is lost, takes over, or joins the two."""


@dataclass(frozen=True)
class Tags:
    """What every resource of a stack carries; keys and values are legal as AWS tags and as Google Cloud labels."""

    service: str
    environment: str
    owner: str
    cost_centre: str
    dr_role: DrRole

    @classmethod
    def owned(cls, owner: Ownership, dr_role: DrRole) -> "Tags":
        """The tags of a stack's owner."""
        return cls(owner.service, owner.environment, owner.owner, owner.cost_centre, dr_role)

    @property
    def common(self) -> dict[str, str]:
        """The tags that do not depend on what a resource holds."""
        return {
            "service": self.service,
            "environment": self.environment,
            "owner": self.owner,
            "cost-centre": self.cost_centre,
            "dr-role": self.dr_role,
        }

    def of(self, data_class: DataClass) -> dict[str, str]:
        """The tags of a resource that holds data of a class."""
        return {**self.common, "data-class": data_class}

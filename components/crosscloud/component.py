"""What every component has in common that stands on both clouds: where, and how its children are marked."""

import pulumi

from components.aws import component as aws_component
from components.component import Component, marked
from components.gcp import component as gcp_component
from components.gcp.component import LABELS
from components.tags import DataClass


class CrossCloudComponent(Component):
    """A component whose children carry the tags of the one cloud or the labels of the other."""

    aws: aws_component.Scope
    gcp: gcp_component.Scope

    def __init__(
        self,
        kind: str,
        name: str,
        aws: aws_component.Scope,
        gcp: gcp_component.Scope,
        data_class: DataClass,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        tags, labels = aws.tags.of(data_class), gcp.tags.of(data_class)

        def mark(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
            if args.type_.startswith("aws:"):
                return marked(args, "tags", {"Name": args.name, **tags})
            return marked(args, LABELS.get(args.type_, "labels"), labels)

        marks = pulumi.ResourceOptions(transformations=[mark])
        super().__init__(f"multicloud:crosscloud:{kind}", name, None, pulumi.ResourceOptions.merge(opts, marks))
        self.aws, self.gcp, self.protect = aws, gcp, aws.protect

    @property
    def deletion_policy(self) -> str:
        """What Google's provider does when it is told to delete something that holds data."""
        return "PREVENT" if self.protect else "DELETE"

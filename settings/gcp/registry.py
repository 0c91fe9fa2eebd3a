"""Settings of the standby's registry."""

from typing import Annotated

from settings.types import Model, between


class RegistrySettings(Model):
    """Artifact Registry."""

    untagged_days: Annotated[int, *between(1, 365, "layers that no tag names only cost")] = 14
    """Days after which images without a tag are deleted."""

    keep_versions: Annotated[int, *between(5, 1000, "a release that went wrong must leave a few to go back to")] = 20
    """The newest versions of each image and chart, which stay whatever their age and tags."""

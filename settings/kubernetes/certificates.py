"""Settings of the certificates that cert-manager gets for what runs in the clusters."""

from typing import Annotated

from settings.types import EmailAddress, Model, between


class CertificateSettings(Model):
    """Certificates by Let's Encrypt, and the mesh's own authority in the primary region."""

    contact: EmailAddress | None = None
    """Where Let's Encrypt writes about the accounts; the security contact of `front_door` if left out."""

    trusted: bool = True
    """Whether browsers trust them; false asks Let's Encrypt's staging servers, which do not count how often."""

    mesh_root_years: Annotated[
        int, *between(2, 20, "its successor is made a year before its end, and nobody trusts one for ever")
    ] = 10
    """Years for which the root of the mesh's certificates is valid."""

"""Settings of SonarQube, which keeps what analyses of the code found."""

from typing import Annotated

from settings.types import Model, between, matching

DatabaseCertificate = Annotated[
    str,
    *matching(
        r"\s*-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=]{1,76}\s+){4,100}-----END CERTIFICATE-----\s*",
        "SonarQube could not tell its database from an impostor",
        "write one certificate in PEM form, from its BEGIN line to its END line",
    ),
]


class SonarQubeSettings(Model):
    """SonarQube, in the primary's cluster alone: nothing that serves users asks it for anything."""

    installed: bool = True
    """Whether it runs. Its database must be there first (docs/operations.md)."""

    cpu_millicores: Annotated[int, *between(500, 16000, "with less an analysis of a large project takes hours")] = 1000
    """CPU that it asks for; it may use twice as much while its node has some."""

    memory_mib: Annotated[int, *between(4096, 65536, "its three processes take 4 GiB by themselves")] = 6144
    """Memory that it asks for, and may use at most."""

    volume_gib: Annotated[int, *between(5, 1024, "its index of a large code base takes some GiB")] = 20
    """The volume of its search index, which it makes anew from the database when the volume is gone."""

    database_ca: DatabaseCertificate | None = None
    """The certificate "Amazon RDS <region> Root CA RSA2048 G1" of
    `https://truststore.pki.rds.amazonaws.com/<region>/<region>-bundle.pem`: with it SonarQube knows that it talks to
    its database; without it the connection is encrypted and nothing more."""

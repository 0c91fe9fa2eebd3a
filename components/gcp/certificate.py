"""Certificates for the public names, issued before the day: the proof is a DNS record, not an answer over HTTP."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import certificatemanager

from components.component import always
from components.gcp.component import GcpComponent, Scope
from components.gcp.zone import Zone, record


class Certificates(GcpComponent):
    """A certificate for each of some domains and every name directly below it, and the map that the balancer reads.

    They are valid long before users come: Google proves a domain by a record that stays, and renews by the same one.
    It must resolve in the zone that answers today, so that `challenges` are written to the primary's zone as well;
    while it is missing there, certificates are issued by no one. It has a name of this project's own
    (PER_PROJECT_RECORD): the usual `_acme-challenge` belongs to the primary's cert-manager, and could not be both. A
    name that no entry fits gets no certificate at all, hence no answer.
    """

    map_url: pulumi.Output[str]
    """What a target proxy takes."""

    certificate_ids: dict[str, pulumi.Output[str]]
    """Certificates by the domain's key."""

    challenges: dict[str, dict[str, pulumi.Output[str]]]
    """Name, type and data of the record that proves a domain, by the domain's key."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        domains: Mapping[str, str],
        zones: Mapping[str, Zone],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make certificates for `domains`, by keys that `zones` share: where their records are written here."""
        super().__init__("Certificates", name, scope, "public", opts)
        self.certificate_ids, self.challenges = {}, {}
        certificates = certificatemanager.CertificateMap(f"{name}-map", opts=self.child())
        for key, domain in domains.items():
            names = {"domain": domain, "names": f"*.{domain}"}
            authorization = certificatemanager.DnsAuthorization(
                f"{name}-{key}-proof",
                domain=domain,
                type="PER_PROJECT_RECORD",
                # A new one has another record, which the authoritative zone would lack.
                opts=self.child(stateful=True),
            )
            proof = authorization.dns_resource_records[0]
            challenge = {
                "name": always(proof.name, "name of the challenge record"),
                "type": always(proof.type, "type of the challenge record"),
                "data": always(proof.data, "data of the challenge record"),
            }
            record(
                self,
                f"{name}-{key}-challenge",
                zones[key].name,
                challenge["name"],
                challenge["type"],
                [challenge["data"]],
            )
            certificate = certificatemanager.Certificate(
                f"{name}-{key}-certificate",
                scope="DEFAULT",
                managed={"domains": list(names.values()), "dns_authorizations": [authorization.id]},
                opts=self.child(),
            )
            for which, hostname in names.items():
                certificatemanager.CertificateMapEntry(
                    f"{name}-{key}-{which}",
                    map=certificates.name,
                    hostname=hostname,
                    certificates=[certificate.id],
                    opts=self.child(),
                )
            self.certificate_ids[key], self.challenges[key] = certificate.id, challenge
        self.map_url = pulumi.Output.concat("//certificatemanager.googleapis.com/", certificates.id)
        self.register_outputs({"mapUrl": self.map_url, "challenges": self.challenges})

"""What may run: Binary Authorization's policy, the attestor that it asks, and the key that signs for it."""

import pulumi
from pulumi_gcp import binaryauthorization, containeranalysis, kms, projects

from components.gcp.component import GcpComponent, Scope
from settings.gcp.cluster import AdmissionSettings
from settings.gcp.keys import KeySettings

DAY = 24 * 60 * 60

# Of Google's own images those that the cluster's system and the fleet's features run, should Google's global policy
# not list one of them. Two asterisks stand for any path.
# https://docs.cloud.google.com/binary-authorization/docs/policy-yaml-reference
GOOGLES_OWN = ("gcr.io/config-management-release/**", "gcr.io/gke-release/**", "gke.gcr.io/**")


class Admission(GcpComponent):
    """Only images that CI vouched for start in this project's clusters, and Google's own that make up the system.

    CI signs the digest of an image that passed its tests (an attestation); at admission the attestor's public keys
    prove it, without AWS and without CI. The signing key is asymmetric, and so never rotates by itself: a new version
    is made by hand, and stands beside the old one in the settings until nothing runs that the old one signed. No
    provider resource tells its public key, which is why the settings hold it. While they hold none the attestor knows
    no valid signature, and nothing starts but what is Google's: safe, and to be done before the first workload.
    A project has one policy. Breaking the glass is a label on the pod, which the audit log records.
    """

    attestor: pulumi.Output[str]
    """projects/<project>/attestors/<name>; CI names it."""

    signing_key: pulumi.Output[str]
    """Full name of the key, without a version; CI names it."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: AdmissionSettings,
        *,
        attestor_name: str,
        key_settings: KeySettings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make policy, attestor and key; the attestor's name is chosen, because CI names it."""
        super().__init__("Admission", name, scope, "restricted", opts)
        key = self._signing_key(name, key_settings)
        note = containeranalysis.Note(
            f"{name}-note",
            name=attestor_name,
            short_description="Images that CI vouches for",
            attestation_authority={"hint": {"human_readable_name": "Built and tested by CI"}},
            opts=self.child(),
        )
        attestor = binaryauthorization.Attestor(
            f"{name}-attestor",
            name=attestor_name,
            description="CI built and tested the image",
            attestation_authority_note={
                "note_reference": note.name,
                "public_keys": [
                    {
                        "id": pulumi.Output.concat(
                            "//cloudkms.googleapis.com/v1/", key.id, f"/cryptoKeyVersions/{version}"
                        ),
                        "pkix_public_key": {"public_key_pem": pem, "signature_algorithm": "ECDSA_P256_SHA256"},
                    }
                    for version, pem in settings.public_keys.items()
                ],
            },
            opts=self.child(),
        )
        binaryauthorization.Policy(
            f"{name}-policy",
            description="Images that CI vouched for, and Google's own",
            global_policy_evaluation_mode="ENABLE",
            admission_whitelist_patterns=[{"name_pattern": pattern} for pattern in GOOGLES_OWN],
            default_admission_rule={
                "evaluation_mode": "REQUIRE_ATTESTATION",
                "enforcement_mode": "ENFORCED_BLOCK_AND_AUDIT_LOG",
                "require_attestations_bies": [attestor.name],
            },
            opts=self.child(),
        )
        for position, member in enumerate(settings.attesters):
            self._may_vouch(f"{name}-attester-{position}", member, key, note, attestor)
        self.attestor, self.signing_key = attestor.id, key.id
        self.register_outputs({"attestor": self.attestor, "signingKey": self.signing_key})

    def _signing_key(self, name: str, settings: KeySettings) -> kms.CryptoKey:
        """The key, in a ring of its own: who administers encryption gets no hand on signatures."""
        ring = kms.KeyRing(f"{name}-ring", location=self.scope.region, opts=self.child(stateful=True))
        return kms.CryptoKey(
            f"{name}-key",
            key_ring=ring.id,
            purpose="ASYMMETRIC_SIGN",
            destroy_scheduled_duration=f"{settings.destruction_days * DAY}s",
            version_template={"algorithm": "EC_SIGN_P256_SHA256", "protection_level": settings.protection},
            opts=self.child(stateful=True),
        )

    def _may_vouch(
        self,
        name: str,
        member: str,
        key: kms.CryptoKey,
        note: containeranalysis.Note,
        attestor: binaryauthorization.Attestor,
    ) -> None:
        """What signing and storing an attestation takes.

        https://docs.cloud.google.com/binary-authorization/docs/making-attestations
        """
        kms.CryptoKeyIAMMember(
            f"{name}-signs",
            crypto_key_id=key.id,
            role="roles/cloudkms.signerVerifier",
            member=member,
            opts=self.child(),
        )
        containeranalysis.NoteIamMember(
            f"{name}-attaches",
            note=note.name,
            role="roles/containeranalysis.notes.attacher",
            member=member,
            opts=self.child(),
        )
        binaryauthorization.AttestorIamMember(
            f"{name}-reads",
            attestor=attestor.name,
            role="roles/binaryauthorization.attestorsViewer",
            member=member,
            opts=self.child(),
        )
        projects.IAMMember(
            f"{name}-stores",
            project=self.scope.project,
            role="roles/containeranalysis.occurrences.editor",
            member=member,
            opts=self.child(),
        )

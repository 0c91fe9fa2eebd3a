"""An alarm on the project's costs."""

from collections.abc import Sequence

import pulumi
from pulumi_gcp import billing, monitoring

from components.gcp.component import GcpComponent, Scope
from settings.bootstrap import BudgetSettings


class Budget(GcpComponent):
    """Tells people when the month has cost 80 % or all of what it may, or will have by its end. It stops nothing."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: BudgetSettings,
        *,
        services: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the budget of the scope's project; `services` are the APIs that must be on before."""
        super().__init__("Budget", name, scope, "internal", opts)
        channels = [
            monitoring.NotificationChannel(
                f"{name}-receiver-{index}",
                display_name=f"Costs: {receiver}",
                type="email",
                labels={"email_address": receiver},
                opts=self.child(depends_on=services),
            )
            for index, receiver in enumerate(settings.receivers)
        ]
        billing.Budget(
            f"{name}-month",
            billing_account=settings.billing_account,
            display_name=f"{scope.tags.service}-{scope.tags.environment}",
            # Without a currency it is in the billing account's own.
            amount={"specified_amount": {"units": str(settings.gcp_units)}},
            budget_filter={"projects": [f"projects/{scope.project_number}"], "calendar_period": "MONTH"},
            threshold_rules=[
                {"threshold_percent": 0.8, "spend_basis": "CURRENT_SPEND"},
                {"threshold_percent": 1.0, "spend_basis": "CURRENT_SPEND"},
                {"threshold_percent": 1.0, "spend_basis": "FORECASTED_SPEND"},
            ],
            all_updates_rule={
                "monitoring_notification_channels": [channel.id for channel in channels],
                "disable_default_iam_recipients": False,
            },
            opts=self.child(depends_on=services),
        )
        self.register_outputs({})

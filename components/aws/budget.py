"""An alarm on the account's costs."""

import pulumi
from pulumi_aws import budgets

from components.aws.component import AwsComponent, Scope
from settings.bootstrap import BudgetSettings


class Budget(AwsComponent):
    """Tells people when the month has cost 80 % or all of what it may, or will have by its end. It stops nothing."""

    def __init__(
        self, name: str, scope: Scope, settings: BudgetSettings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("Budget", name, scope, "internal", opts)
        budgets.Budget(
            f"{name}-month",
            account_id=scope.account_id,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(settings.aws_usd),
            limit_unit="USD",
            notifications=[
                {
                    "comparison_operator": "GREATER_THAN",
                    "notification_type": kind,
                    "threshold": percent,
                    "threshold_type": "PERCENTAGE",
                    "subscriber_email_addresses": list(settings.receivers),
                }
                for kind, percent in (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
            ],
            opts=self.child(),
        )
        self.register_outputs({})

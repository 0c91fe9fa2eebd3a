"""The plan of a failover: what it promises, what it would lose, and how it reads at 80 columns."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from failover import render
from failover.estimates import Estimate
from failover.lags import Reading
from failover.plan import Plan, plan
from failover.simulation import Timed, simulate
from tests.failover.example import LINK, READINGS, STANDBY, STEPS, step

GOLDEN = Path(__file__).parent / "plan.txt"


def drawn(planned: Plan) -> str:
    out = StringIO()
    render.plan(planned, Console(file=out, width=80, color_system=None, highlight=False))
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


@pytest.fixture(scope="module")
def planned() -> Plan:
    return plan(STEPS, STANDBY, LINK, READINGS)


def test_the_plan_reads_as_recorded_at_80_columns(planned: Plan, pytestconfig: pytest.Config) -> None:
    found = drawn(planned)
    if pytestconfig.getoption("--regenerate"):
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text()
    assert max(map(len, found.splitlines())) <= 80


def test_the_plan_is_json(planned: Plan) -> None:
    assert Plan.model_validate_json(planned.model_dump_json()) == planned


def test_recovery_is_judged_by_the_95th_percentile(planned: Plan) -> None:
    assert planned.recovery.held
    late = plan([*STEPS, step("wait", 10, 10, 10)], STANDBY, LINK, READINGS).recovery
    assert late.median < STANDBY.rto_minutes < late.p95
    assert not late.held
    assert late.p95 == pytest.approx(planned.recovery.p95 + 10)


def test_every_store_with_an_objective_of_five_minutes_is_expected_to_keep_it(planned: Plan) -> None:
    strict = [loss for loss in planned.losses if loss.objective == 5]
    assert {loss.kind for loss in strict} == {"relational", "key-value", "stream"}
    assert all(loss.expected_p95 is not None and loss.expected_p95 <= 5 for loss in strict)
    assert all(loss.expected_p95 is None or loss.expected_p95 <= loss.objective for loss in planned.losses)


def test_a_service_is_told_what_its_stores_lose(planned: Plan) -> None:
    services = {each.service: each for each in planned.services}
    assert {(each.recovery, each.recovery_objective) for each in planned.services} == {(planned.recovery.p95, 30)}
    # A cache promises nothing: it is made anew.
    assert services["core"].stores == ("buckets/assets", "database")
    assert (services["core"].point_objective, services["core"].held) == (15, False)
    expected = {loss.store: loss.expected_p95 for loss in planned.losses}
    assert services["core"].expected_p95 == expected["buckets/assets"]
    assert (services["orders"].point_objective, services["orders"].held) == (5, None)
    assert (services["api-gateway"].point_objective, services["api-gateway"].held) == (None, True)


def test_no_service_keeps_its_promise_where_all_come_back_late() -> None:
    late = plan([*STEPS, step("wait", 10, 10, 10)], STANDBY, LINK, READINGS)
    assert {each.held for each in late.services} == {False}


def test_a_loss_is_what_was_last_measured_and_its_age(planned: Plan) -> None:
    losses = {loss.store: loss for loss in planned.losses}
    assert (losses["database"].behind, losses["database"].held) == (0.4, True)
    # With the primary dark the metric stands still: known is what it last said, promised is nothing.
    assert (losses["tables/orders"].behind, losses["tables/orders"].measured) == (2.5, 42)
    assert losses["tables/orders"].held is None
    assert losses["buckets/assets"].held is False
    # The beats of the whole stream tell of each topic.
    assert losses["stream/domain-events"].held
    assert losses["tables/sessions"].held is None


def test_a_path_that_cannot_be_asked_for_is_not_fine() -> None:
    silent = {**READINGS, "rows": Reading(None, None, None, "read metrics: 503")}
    [loss] = [loss for loss in plan(STEPS, STANDBY, LINK, silent).losses if loss.store == "database"]
    assert (loss.held, loss.behind, loss.seen) == (None, None, ("read metrics: 503",))


def test_a_store_of_two_paths_is_as_far_behind_as_the_worse_and_unknown_with_either() -> None:
    two = LINK.model_copy(update={"lags": {**LINK.lags, "more rows": LINK.lags["rows"]}})
    for more, expected in (
        (Reading(True, 2, 3, ""), (True, 2, 3)),
        (Reading(None, None, None, ""), (None, None, None)),
    ):
        [loss] = [
            loss
            for loss in plan(STEPS, STANDBY, two, {**READINGS, "more rows": more}).losses
            if loss.store == "database"
        ]
        assert (loss.held, loss.behind, loss.measured) == expected


def test_an_old_value_beyond_the_objective_is_a_loss() -> None:
    old = {**READINGS, "rows": Reading(None, 9, 60, "9 minutes behind, measured 60 minutes ago")}
    [loss] = [loss for loss in plan(STEPS, STANDBY, LINK, old).losses if loss.store == "database"]
    assert loss.held is False


def test_savings_are_those_of_leaving_the_parts_out(planned: Plan) -> None:
    timed = [Timed.of(each) for each in STEPS]
    whole = simulate(timed).total
    kept = []
    for saving in planned.savings:
        kept.append((saving.step, saving.part))
        less = simulate(timed, without=kept).total
        assert saving.p95 == pytest.approx(whole.p95 - less.p95, abs=0.006)
        assert saving.median == pytest.approx(whole.median - less.median, abs=0.006)
    # Pods have no size that could be kept: only what `capacity` names can be bought.
    assert [saving.part for saving in planned.savings] == ["database", "stream", "tables"]


def test_two_equal_parts_save_together_and_hardly_alone() -> None:
    slow = Estimate(5, 10, 30)
    both = step("activate", 0, 0, 0, {"database": slow, "stream": slow})
    first, second = plan([both], STANDBY, LINK, READINGS).savings
    assert second.p95 > 10 * first.p95


def test_only_a_published_price_is_shown(planned: Plan) -> None:
    prices = {saving.part: saving.dollars_a_month for saving in planned.savings}
    assert prices == {"database": None, "stream": pytest.approx(9 * 0.09 * 730), "tables": None}


@pytest.mark.parametrize(
    "command",
    [
        "gcloud run jobs execute " + "x" * 40 + " --args='one two three four' --region us-central1 --wait",
        "echo '{}' | gcloud storage cp - gs://" + "b" * 50 + '/fence --filter="a = 1 AND b = 2"',
    ],
)
def test_a_long_command_is_still_one_command(command: str) -> None:
    lines = render.continued(command, 80)
    assert all(len(line) <= 80 for line in lines.splitlines())
    assert " ".join(lines.replace("\\\n", " ").split()) == command


@pytest.mark.parametrize("command", ["# look at the console, don't " + "x " * 60, "a " * 60 + "'open"])
def test_what_is_no_plain_command_is_left_as_it_is(command: str) -> None:
    assert render.continued(command, 80).strip() == command.strip()

"""The SQL job of the stand-ins: what scripts find in the databases, and what they change there."""

from collections.abc import Callable, Mapping, Sequence

from failover.answers import Action, Answer, place
from tests.failover.stand_ins.world import Execution, World

Row = Mapping[str, str]
Rows = Sequence[Row]


def row(problem: str) -> dict[str, str]:
    """A problem that a script returns."""
    return {"problem": problem, "object": "it", "remedy": "see to it"}


class Scripts:
    """Runs the actions of an execution in their order, and leaves an answer to each; tests set what they find."""

    def __init__(self, world: World, found: Mapping[str, Callable[[], Rows]]) -> None:
        self.world, self.found = world, found
        self.ran: list[tuple[str, str]] = []
        """Script and instance."""

        self.fails = 0
        """How many scripts cannot log in."""

        self.silent = False
        """Whether no answer is left."""

    def __call__(self, execution: Execution) -> None:
        arguments = list(execution.arguments)
        first = next(at for at, argument in enumerate(arguments) if argument.startswith("--"))
        given = dict(zip(arguments[first::2], arguments[first + 1 :: 2], strict=True))
        for action in arguments[:first]:
            self._run(action, given)  # ty: ignore[invalid-argument-type]

    @property
    def asked(self) -> list[str]:
        """The scripts alone."""
        return [script for script, _ in self.ran]

    def _run(self, action: Action, given: Mapping[str, str]) -> None:
        self.ran.append((action, given["--instance"].rsplit(":", 1)[-1]))
        failed = self.fails > 0
        self.fails -= failed
        rows = () if failed else tuple(dict(each) for each in self.found.get(action, tuple)())
        answer = Answer(
            action=action,
            run=given["--run"],
            attempt=given["--attempt"],
            databases={} if failed else {given["--database"]: rows},
            error="the server is starting up" if failed else "",
        )
        if not self.silent:
            name = place(answer.run, answer.action, answer.attempt)
            self.world.put(given["--bucket"], name, answer.model_dump_json().encode())
        if failed:
            raise RuntimeError("the container ended with 1")


class Databases(Scripts):
    """Databases that follow the primary until they are detached, and whose sequences are behind until they are set."""

    def __init__(self, world: World) -> None:
        super().__init__(world, {"detach": self._detach, "sequences": self._set, "verify": self._verify})
        self.attached, self.behind = True, True
        self.left: list[Row] = []
        """Problems that stay when the sequences are set."""

    def _detach(self) -> Rows:
        if self.attached:
            self.world.effect("detach", "databases")
        self.attached = False
        return ()

    def _set(self) -> Rows:
        if self.behind:
            self.world.effect("set sequences", "databases")
        self.behind = False
        return self.left

    def _verify(self) -> Rows:
        return [row("subscription is left")] * self.attached + [row("sequence is behind")] * self.behind

"""A fault in the program is found, placed and told; none is lost, and none hangs."""

import pytest


def said(run):
    return [message.message for message in run.diagnostics if message.severity == "error"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\nraise ValueError('no')\n", "__main__.py:2: ValueError: no"),
        ("def f(:\n", "__main__.py:1: SyntaxError: invalid syntax (__main__.py, line 1)"),
        ("import nowhere_to_be_found\n", "__main__.py:1: ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("import sys\nsys.exit(3)\n", "__main__.py:2: the program called sys.exit(3) before its end"),
        ("import pulumi\npulumi.log.error('not so')\n", "not so"),
        (
            "import asyncio\nasync def f():\n    raise ValueError('lost')\nasyncio.ensure_future(f())\n",
            "__main__.py:3: ValueError: lost",
        ),
        ("import pulumi\nraise pulumi.RunError('say this')\n", "__main__.py:2: say this"),
    ],
)
def test_a_fault_is_told_with_file_and_line(sample, source, message):
    sample.write(source)
    assert said(sample.update()) == said(sample.preview()) == [message]


def test_a_fault_in_a_module_is_placed_there(sample):
    run = sample.write("from parts import net\nnet.build()\n", files={"parts/net.py": "def build():\n    {}['x']\n"})
    assert said(run.update()) == ["parts/net.py:2: KeyError: 'x'"]


def test_a_fault_inside_an_apply_is_found_by_the_simulated_update(sample):
    source = "import pulumi\na = pulumi.Stash('a', input=1)\ndef f(value):\n    return value.nothing\na.id.apply(f)\n"
    sample.write(source)
    assert said(sample.update()) == ["__main__.py:4: AttributeError: 'str' object has no attribute 'nothing'"]
    assert said(sample.preview()) == []


def test_text_made_of_an_output_is_an_error(sample):
    run = sample.write("import pulumi\na = pulumi.Stash('a', input=1)\npulumi.Stash('b', input=f'{a.id}')\n").preview()
    [message] = said(run)
    assert message.startswith("__main__.py:3: ")
    assert "Output[T]" in message


def test_a_future_that_nobody_resolves_is_told_with_what_waits_for_it(sample):
    source = """\
        import asyncio, pulumi
        never = pulumi.Output.from_input(asyncio.get_event_loop().create_future())
        pulumi.Stash("a", input={"deep": never})
        never.apply(lambda value: value)
    """
    [message] = said(sample.write(source).update())
    assert message.startswith("the program never ends")
    assert "pulumi:index:Stash a (__main__.py:3) waits for its input 'input'" in message
    assert "the function at __main__.py:4 was never called" in message


def test_an_answer_that_the_sdk_cannot_read_is_an_error_and_no_hang(sample):
    source = "import pulumi\npulumi.StackReference('organization/sample/other').require_output('a')\n"
    [message] = said(sample.write(source).update(others={"organization/sample/other": {}}))
    assert "KeyError" in message


def test_a_program_may_use_threads_and_timers(sample):
    source = """
        import asyncio, time, pulumi
        async def later():
            await asyncio.sleep(0.01)
            return await asyncio.to_thread(lambda: time.sleep(0.01) or 7)
        pulumi.export("x", pulumi.Output.from_input(later()))
    """
    run = sample.write(source).update()
    assert (said(run), run.outputs) == ([], {"x": 7})


def test_a_long_chain_does_not_exhaust_the_stack(sample):
    source = """
        import pulumi
        previous = 0
        for number in range(1200):
            previous = pulumi.Stash(f"s{number}", input=previous).output
        pulumi.export("last", previous)
    """
    document = sample.write(source).graphs()["dev"]
    assert len(document.nodes) == 1201
    assert document.document["outputs"] == {"last": 0}


@pytest.mark.parametrize(
    "resources",
    [
        'Stash("one", input=1, opts=Options(parent=first, depends_on=[first]))',
        'Stash("one", input=1, opts=Options(parent=first, depends_on=[second]))\n'
        'Stash("two", input=1, opts=Options(parent=second, depends_on=[first]))',
    ],
)
def test_resources_that_wait_for_each_other_are_an_error_and_no_hang(sample, resources):
    source = (
        "import pulumi\nfrom pulumi import ResourceOptions as Options, Stash\n"
        'first, second = (pulumi.ComponentResource("m:x:Box", name) for name in ("first", "second"))\n'
    )
    done = sample.write(source + resources).cli()
    assert done.returncode == 1
    assert "circular dependency" in " ".join(done.stdout.split())

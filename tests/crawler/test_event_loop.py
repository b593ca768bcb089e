"""Processes that the event loop starts: as asyncio says, and without any Python between the fork and the program."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Awaitable
from typing import TypeVar

import pytest
from scrapy.utils.misc import load_object

from crawler import settings
from crawler.event_loop import Loop
from tests.support.processes import ROOT

Result = TypeVar("Result")
NO_PYTHON_IN_BETWEEN = """
import asyncio, os
from crawler.event_loop import Loop
# As a lock that nobody will ever release, but that the test need not wait for it.
os.register_at_fork(after_in_child=lambda: os._exit(77))
async def main():
    process = await asyncio.create_subprocess_exec("true", start_new_session=True)
    return await process.wait()
print(asyncio.Runner(loop_factory=Loop).run(main()))
"""


def run(coroutine: Awaitable[Result]) -> Result:
    async def main() -> Result:
        async with asyncio.timeout(120):
            return await coroutine

    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(main())


def test_it_is_the_loop_of_crawls() -> None:
    assert load_object(settings.ASYNCIO_EVENT_LOOP) is Loop


def test_no_python_runs_in_the_child() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_PYTHON_IN_BETWEEN], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )

    assert done.stdout.strip() == "0", done.stderr


def test_what_is_written_comes_back() -> None:
    async def main() -> tuple[bytes, bytes, int | None]:
        process = await asyncio.create_subprocess_exec(
            "sh", "-c", "cat; echo late >&2; exit 3", stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        output, errors = await process.communicate(b"x" * 1_000_000)
        return output, errors, process.returncode

    assert run(main()) == (b"x" * 1_000_000, b"late\n", 3)


def test_it_can_be_killed() -> None:
    async def main() -> int:
        process = await asyncio.create_subprocess_exec("sleep", "600", stdout=DEVNULL)
        process.kill()
        return await process.wait()

    assert run(main()) == -9


def test_many_can_run_at_one_time() -> None:
    async def one(number: int) -> int:
        process = await asyncio.create_subprocess_exec("sh", "-c", f"exit {number}")
        return await process.wait()

    async def main() -> list[int]:
        return await asyncio.gather(*map(one, range(30)))

    assert run(main()) == list(range(30))


def test_a_program_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        run(asyncio.create_subprocess_exec("/no-such-program"))


def test_a_wait_that_is_called_off_leaves_no_process() -> None:
    async def main() -> int:
        process = await asyncio.create_subprocess_exec("sleep", "600", stdin=PIPE)
        waiting = asyncio.ensure_future(process.wait())
        await asyncio.sleep(0)
        waiting.cancel()
        process.terminate()
        return await process.wait()

    assert run(main()) == -15

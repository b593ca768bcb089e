"""The event loop: uvloop, but for how processes are started.

uvloop forks, and runs Python in the child before the program begins. Where another thread holds one of Python's locks
at that moment, the child waits for it for ever, and so does the loop, which waits for the child: the crawl stands
still, and says nothing. ``subprocess`` runs no Python in the child.
"""

from __future__ import annotations

import subprocess
import threading
from asyncio.base_subprocess import BaseSubprocessTransport
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvloop


class ProcessTransport(BaseSubprocessTransport):
    """A process of ``subprocess``; a thread waits for its end."""

    def _start(self, args: Any, **options: Any) -> None:  # type: ignore[override] # asyncio gives them by name
        process = self._proc = subprocess.Popen(args, **options)  # noqa: S603 - as asyncio itself does
        threading.Thread(target=self._tell_of_end, args=(process,), name="process-end", daemon=True).start()

    def _tell_of_end(self, process: subprocess.Popen[bytes]) -> None:
        status, loop = process.wait(), self._loop
        with suppress(RuntimeError):  # the loop is closed: nobody is there to hear it
            loop.call_soon_threadsafe(self._process_exited, status)


class Loop(uvloop.Loop):
    """Setting: ASYNCIO_EVENT_LOOP."""

    async def subprocess_exec(  # type: ignore[override] # uvloop's own says that it gives a protocol for the transport
        self,
        protocol_factory: Callable[[], Any],
        program: Any,
        *args: Any,
        stdin: Any = subprocess.PIPE,
        stdout: Any = subprocess.PIPE,
        stderr: Any = subprocess.PIPE,
        **options: Any,
    ) -> tuple[ProcessTransport, Any]:
        """As asyncio's.

        Raises:
            OSError: the program cannot be started.
        """
        protocol, connected = protocol_factory(), self.create_future()
        streams = {"stdin": stdin, "stdout": stdout, "stderr": stderr}
        options |= {"shell": False, "bufsize": 0, "waiter": connected}
        transport = ProcessTransport(self, protocol, [program, *args], **streams, **options)
        try:
            await connected
        except BaseException:
            transport.close()
            raise
        return transport, protocol

"""A connection to PostgreSQL for the event loop that waits while that is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg

from pipelines.database import connect_async
from pipelines.outage import Outage

Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Result = TypeVar("Result")


class PatientConnection:
    """Made when it is needed; does one thing after the other."""

    def __init__(self, url: str, outage_seconds: float) -> None:
        self._url = url
        self._connection: Connection | None = None
        self._lock = asyncio.Lock()
        self._outage = Outage("PostgreSQL", outage_seconds)

    async def do(self, act: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Do something with the connection; all of it again where PostgreSQL went away meanwhile.

        Raises:
            OutageError: it stayed away for too long.
        """
        async with self._lock:
            while True:
                try:
                    result = await act(await self._connected())
                except psycopg.OperationalError as error:
                    await self.close()
                    await asyncio.sleep(self._outage.failed(str(error).splitlines()[0]))
                else:
                    self._outage.over()
                    return result

    async def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = await connect_async(self._url)
        return self._connection

    async def close(self) -> None:
        """Let go of it; what is asked of it later makes a new one."""
        connection, self._connection = self._connection, None
        if connection:
            await connection.close()

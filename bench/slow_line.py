"""A slow line in front of a server: every packet late, and no more of them than the line carries.

A browser's own emulation holds a small page back until all of it is there; a real line hands over
each packet as it comes, and the browser begins to read.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bench.place import free_port

ROUND_TRIP = 0.4
BYTES_PER_SECOND = 400_000 / 8
_PACKET = 1460


class _Lane:
    """One direction, shared by every connection."""

    def __init__(self) -> None:
        self._free_at = 0.0

    async def carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        loop, on_the_way = asyncio.get_running_loop(), asyncio.Queue[tuple[float, bytes]]()
        arriving = loop.create_task(self._arrive(on_the_way, target))
        while packet := await source.read(_PACKET):
            self._free_at = max(self._free_at, loop.time()) + len(packet) / BYTES_PER_SECOND
            on_the_way.put_nowait((self._free_at + ROUND_TRIP / 2, packet))
        on_the_way.put_nowait((loop.time() + ROUND_TRIP / 2, b""))
        await arriving

    async def _arrive(
        self, on_the_way: asyncio.Queue[tuple[float, bytes]], target: asyncio.StreamWriter
    ) -> None:
        while True:
            at, packet = await on_the_way.get()
            await asyncio.sleep(at - asyncio.get_running_loop().time())
            if not packet:
                target.close()
                return
            target.write(packet)


async def _hang_up() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def slow_line(port: int) -> Iterator[int]:
    """Another port, behind which the same server is far away."""
    loop, far = asyncio.new_event_loop(), free_port()
    up, down = _Lane(), _Lane()

    async def answer(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        there, out = await asyncio.open_connection("127.0.0.1", port)
        lanes = (up.carry(near, out), down.carry(there, back))
        with suppress(asyncio.CancelledError):  # we hang up while a browser still listens
            await asyncio.gather(*lanes, return_exceptions=True)

    running = threading.Thread(target=loop.run_forever, daemon=True)
    running.start()
    listening = asyncio.start_server(answer, "127.0.0.1", far)
    asyncio.run_coroutine_threadsafe(listening, loop).result(timeout=20)
    try:
        yield far
    finally:
        asyncio.run_coroutine_threadsafe(_hang_up(), loop).result(timeout=20)
        loop.call_soon_threadsafe(loop.stop)
        running.join()

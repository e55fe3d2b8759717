"""What is rehearsed is what is said: nothing in it is refused by the converter."""

from __future__ import annotations

import asyncio

from resilint.lsp.main import make
from resilint.lsp.warm_up import warm_up_converter


def test_every_sample_can_be_read_and_written() -> None:
    """A sample that is no message would teach the converter nothing."""

    async def run() -> None:
        await warm_up_converter(make())

    asyncio.run(run())

"""What only connects by itself ends with the system's patience."""

import asyncio


async def connect(host, port):
    reader, writer = await asyncio.open_connection(host, port)
    return reader, writer


async def ask(host, port):
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"?\n")
    return await reader.readline()  # misses: no-timeout - the catalogue has no entry for a stream's reader

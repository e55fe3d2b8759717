"""Tasks that are started in passing, and some that only look so."""

import asyncio
from asyncio import create_task as spawn
from typing import TYPE_CHECKING


class Bus:
    def __init__(self):
        self.pending = set()

    def publish(self, event):
        loop = asyncio.get_event_loop()
        loop.create_task(self.deliver(event))  # finds: task-dropped

    async def deliver(self, event):
        spawn(self.log(event)); spawn(self.count(event))  # finds: task-dropped, task-dropped
        if event.urgent: asyncio.create_task(self.page(event))  # finds: task-dropped
        asyncio.create_task(  # finds: task-dropped
            self.archive(event),  # slow
            name="archive",
        )  # nobody waits
        task = asyncio.create_task(self.log(event))
        self.pending.add(task)
        _ = asyncio.create_task(self.log(event))  # misses: task-dropped - a name keeps it for as long as the function runs

    def keep(self, future):
        asyncio.ensure_future(future)  # perhaps a task already
        asyncio.ensure_future(self.log(future))  # finds: task-dropped


def flush(queue):
    try:
        asyncio.ensure_future(queue.flush())  # finds: task-dropped
    except RuntimeError:
        asyncio.new_event_loop().run_until_complete(queue.flush())


def serve(queue, port):
    loop = asyncio.new_event_loop()
    if port:
        loop.create_task(queue.listen(port))
    try:
        loop.create_task(queue.work())
        loop.run_forever()
    except KeyboardInterrupt:
        loop.create_task(queue.flush())
        loop.run_until_complete(queue.close())


def answered(queue):
    loop = asyncio.new_event_loop()
    loop.run_until_complete(queue.open())
    loop.create_task(queue.flush())  # misses: task-dropped - the loop has run already, and is perhaps run again elsewhere


async def several(urls):
    [asyncio.create_task(fetch(url)) for url in urls]  # misses: task-dropped - only statements of their own count
    tasks = [asyncio.create_task(fetch(url)) for url in urls]
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    loop = asyncio.new_event_loop()
    loop.create_task(several([]))
    loop.run_forever()


class Kept:
    """A loop that is not there from the start."""

    def __init__(self):
        self._loop = None

    async def start(self):
        self._loop = asyncio.get_running_loop()

    def send(self, data):
        if self._loop is not None:
            self._loop.create_task(self.put(data))  # finds: task-dropped
            self.sending = self._loop.create_task(self.put(data))

    async def put(self, data): ...


class Program:
    """One that runs its loop itself."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()

    def add(self, work):
        self.loop.create_task(work())

    def run(self):
        self.loop.run_forever()


class Pool:
    """What is called a loop may be anything."""

    def __init__(self, game):
        self.loop = game.loop
        self.asked = asyncio.get_event_loop

    def add(self, work):
        self.loop.create_task(work())

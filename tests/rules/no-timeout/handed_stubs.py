"""Stubs of generated code that others make: known by the name of their class and its module."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Optional

from shop import orders_pb2_grpc as orders
from shop.stock_pb2_grpc import StockStub


class Checkout:
    def __init__(self, stub: orders.OrdersStub, stock: Optional[StockStub] = None):
        self._stub = stub
        self._stock = stock

    def get(self, query):
        return self._stub.Get(query)  # finds: no-timeout

    def level(self, query):
        return self._stock.Level(query).number  # finds: no-timeout

    def levels(self, queries):
        return [self._stock.Level(query, timeout=2).number for query in queries]

    def events(self, query):
        for event in self._stub.Watch(query):
            yield event

    def first_event(self, query):
        events = self._stub.Watch(query)
        for event in events:
            return event


def written_out(stub: "StockStub", query):
    return stub.Level(query, metadata=())  # finds: no-timeout


def chosen_by_the_caller(stub: StockStub, query, limit, **options):
    return stub.Level(query, timeout=limit), stub.Level(query, **options)


def made_of_what_is_given(channel, query):
    return orders.OrdersStub(channel).Get(query)  # finds: no-timeout


@dataclass
class Shop:
    stock: StockStub

    async def level(self, query):
        return await self.stock.Level(query)  # finds: no-timeout

    async def level_soon(self, query):
        return await asyncio.wait_for(self.stock.Level(query), 3)

    async def changes(self, query):
        async for change in self.stock.Watch(query):
            print(change)


class OwnStub: ...


def something_else(stub: OwnStub, query):
    return stub.Level(query)

"""Generated code: a class that takes a channel, from wherever its package has it in this release."""

import grpc

try:
    from shop.v2.stock_pb2_grpc import StockStub
except ModuleNotFoundError:
    from shop.v1.stock_pb2_grpc import StockStub


def level(address, item):
    with grpc.secure_channel(address, grpc.ssl_channel_credentials()) as channel:
        return StockStub(channel).Level(item)  # finds: no-timeout


def book(address, item):
    with grpc.secure_channel(address, grpc.ssl_channel_credentials()) as channel:
        stock = StockStub(channel)
        return stock.Book(item, timeout=3)

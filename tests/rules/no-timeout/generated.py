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


class Deadline(grpc.UnaryUnaryClientInterceptor):
    def intercept_unary_unary(self, continuation, details, request):
        return continuation(details._replace(timeout=5), request)


class Log(grpc.UnaryUnaryClientInterceptor):
    def intercept_unary_unary(self, continuation, details, request):
        return continuation(details, request)


def on_time(address, item):
    """What is called on the way sets the limit."""
    limited = grpc.intercept_channel(grpc.insecure_channel(address), Deadline())
    return StockStub(grpc.intercept_channel(limited, Log())).Level(item)


def logged(address, item):
    channel = grpc.intercept_channel(grpc.insecure_channel(address), Log())
    return StockStub(channel).Level(item)  # finds: no-timeout


def with_more(address, item, more):
    return StockStub(grpc.intercept_channel(grpc.insecure_channel(address), *more)).Level(item)


async def by_option(address, item):
    async with grpc.aio.insecure_channel(address, interceptors=[Deadline()]) as channel:
        return await StockStub(channel).Level(item)

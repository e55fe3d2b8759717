"""Engines of SQLAlchemy, whose address names the driver that connects."""

import os

from settings import DRIVER_OPTIONS
from sqlalchemy import URL, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

USER, PASSWORD, HOST, DB_NAME = "shop", os.environ["PASSWORD"], "db.example.com", "orders"
ADDRESS = f"postgresql+psycopg2://{USER}:{PASSWORD}@{HOST}/{DB_NAME}"
ARGUMENTS = {"connect_timeout": 4}

by_constant = create_engine(ADDRESS, pool_pre_ping=True)  # finds: no-timeout
by_default_driver = create_engine("mysql://shop@db/orders")  # finds: no-timeout
with_other_options = create_engine("mysql+mysqldb://shop@db/orders?charset=utf8mb4")  # finds: no-timeout
with_tls = create_engine("postgresql+psycopg2://shop@db/x", connect_args={"sslmode": "require"})  # finds: no-timeout
parts = create_engine(URL.create("postgresql+psycopg2", host="db", database="x"))  # finds: no-timeout
formatted = create_engine("postgresql+psycopg2://%s:%s@db/%s" % (USER, PASSWORD, DB_NAME))  # finds: no-timeout
awaited = create_async_engine("mysql+aiomysql://shop@db/orders")  # finds: no-timeout

in_the_address = create_engine("mysql+mysqldb://shop@db/orders?connect_timeout=3")
in_a_constant = create_engine("postgresql+psycopg2://shop@db/orders", connect_args=ARGUMENTS)
in_a_copy = create_engine("postgresql+psycopg2://shop@db/orders", connect_args={**ARGUMENTS, "sslmode": "require"})
in_parts = create_engine(URL.create("postgresql+psycopg2", host="db", query={"connect_timeout": "3"}))
in_a_service_file = create_engine("postgresql+psycopg2://db/orders?service=orders")
perhaps_in_the_arguments = create_engine("postgresql+psycopg2://shop@db/orders", connect_args=DRIVER_OPTIONS)
perhaps_at_the_end = create_engine("postgresql+psycopg2://shop@db/orders" + os.environ["OPTIONS"])
perhaps_in_the_environment = create_engine(os.environ.get("DATABASE", "postgresql+psycopg2://shop@db/orders"))
by_hand = create_engine("postgresql+psycopg2://shop@db/orders", creator=lambda: None)
of_one_version_or_another = create_engine("postgresql://shop@db/orders")
of_another_driver = create_engine("postgresql+asyncpg://shop@db/orders")
a_file = create_engine("sqlite:///orders.db")
on_this_machine = create_engine("postgresql+psycopg2://shop@localhost/orders")
by_a_socket = create_engine("postgresql+psycopg2:///orders")


class Orders:
    def __init__(self, host, options):
        address = f"postgresql+psycopg2://shop:x@{host}:5432/orders"
        self.engine = create_engine(address)  # finds: no-timeout
        self.other = create_engine(f"postgresql+psycopg2://shop:x@{host}:5432/{options}")
        self.spread = create_engine(address, **options)

"""Prices of a basket from several shops; the cheapest wins."""
# play: cheapest("4006381333931")
import asyncio
import logging

import aiohttp

SHOPS = {
    "north": "https://north.example/api/price/{ean}",
    "south": "https://south.example/v2/products/{ean}",
}
log = logging.getLogger("prices")


class Shop:
    def __init__(self, name, template, session):
        self.name = name
        self.template = template
        self.session = session

    async def price(self, ean):
        url = self.template.format(ean=ean)
        retries = 3
        while retries > 0:
            try:
                async with self.session.get(url, timeout=aiohttp.ClientTimeout(total=20)) as resp:
                    payload = await resp.json(content_type=None)
                    return float(payload["price"]["amount"])
            except (aiohttp.ClientError, asyncio.TimeoutError) as err:
                log.info("%s: %r", self.name, err)
                retries -= 1
                await asyncio.sleep(1)
        return None


async def cheapest(ean):
    async with aiohttp.ClientSession() as session:
        shops = [Shop(name, template, session) for name, template in SHOPS.items()]
        prices = await asyncio.gather(*[shop.price(ean) for shop in shops])
    best = min((p, s.name) for p, s in zip(prices, shops) if p is not None)
    return best[1]

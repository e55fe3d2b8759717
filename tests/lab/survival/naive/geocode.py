"""Where a place is."""
# play: where("Oslo")
import httpx


def where(place):
    best = httpx.get("https://geo.example/search", params={"q": place}).json()[0]
    return float(best["lat"]), float(best["lon"])

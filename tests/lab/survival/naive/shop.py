"""A small client for the shop's admin API."""
# play: ShopClient("acme", "tok").list_products()
import time
from typing import Any, Dict, List, Optional

import requests


class ShopError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class ShopClient:
    def __init__(self, shop: str, token: str) -> None:
        self.base_url = f"https://{shop}.shop.example/admin/api"
        self._session = requests.Session()
        self._session.headers.update({"X-Access-Token": token})

    def _request(self, method: str, path: str, **kwargs: Any) -> Any:
        url = f"{self.base_url}/{path.lstrip('/')}"
        resp = self._session.request(method, url, **kwargs)
        if resp.status_code == 429:
            time.sleep(float(resp.headers.get("Retry-After", 2)))
            return self._request(method, path, **kwargs)
        if resp.status_code >= 400:
            raise ShopError(resp.status_code, resp.text)
        return resp.json()

    def list_products(self, limit: int = 250) -> List[Dict[str, Any]]:
        products: List[Dict[str, Any]] = []
        since_id: Optional[int] = 0
        while True:
            batch = self._request("GET", "products.json", params={"limit": limit, "since_id": since_id})["products"]
            if not batch:
                break
            products.extend(batch)
            since_id = batch[-1]["id"]
        return products

"""Uses clients that another module hands out; imports no library itself."""

from . import clients
from .clients import Partner, limited, open_session, session as partner

URL = "https://partner.example/orders"


def orders():
    partner.get(URL)  # finds: no-timeout
    clients.session.get(URL)  # finds: no-timeout
    open_session().get(URL)  # finds: no-timeout
    limited.get(URL)
    Partner().fetch("orders")


class Orders(Partner):
    def all(self):
        return self.http.get(URL)  # finds: no-timeout

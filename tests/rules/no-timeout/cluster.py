"""Objects that a client is given, and calls whose purpose is to wait."""

from kubernetes import client


class Patient(client.ApiClient):
    """Says how long each call may take."""

    def call_api(self, *args, **options):
        options.setdefault("_request_timeout", 5)
        return super().call_api(*args, **options)


class Named(client.ApiClient):
    def __init__(self, name):
        super().__init__()
        self.set_default_header("User-Agent", name)


def patient():
    return client.CoreV1Api(api_client=Patient()).list_namespace()


def named():
    return client.CoreV1Api(Named("shop")).list_namespace()  # finds: no-timeout


def tail(name):
    api = client.CoreV1Api()
    yield from api.read_namespaced_pod_log(name, "shop", follow=True, _preload_content=False)


def log(name):
    api = client.CoreV1Api()
    return api.read_namespaced_pod_log(name, "shop", follow=False)  # finds: no-timeout

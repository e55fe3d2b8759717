"""Other import names of a library's modules, and names that Python 2 alone has."""

from __future__ import annotations

import pytest

from resilint_rules.kit.catalog.import_names import names_below, only_python2, own_name, same_module


@pytest.mark.parametrize(
    ("written", "own"),
    [
        ("six.moves.urllib.request.urlopen", "urllib.request.urlopen"),
        ("six.moves.http_client", "http.client"),
        ("ansible.module_utils.six.moves.urllib.error", "urllib.error"),
        (".six.moves.urllib.request", "urllib.request"),
        ("..ext.six.moves.http_client.HTTPSConnection", "http.client.HTTPSConnection"),
        ("future.moves.urllib.request", "urllib.request"),
        ("requests.packages.urllib3.util.retry.Retry", "urllib3.util.retry.Retry"),
        ("pip._vendor.requests.get", "requests.get"),
        ("pip._vendor.requests.packages.urllib3.PoolManager", "urllib3.PoolManager"),
        ("botocore.vendored.requests", "requests"),
        ("._vendor.requests", "requests"),
        ("vendor.requests", "vendor.requests"),
        ("six.moves", "six.moves"),
        ("six.moves.urllib_parse", "six.moves.urllib_parse"),
        ("shop.six.movies.urllib", "shop.six.movies.urllib"),
        ("shop.vendor", "shop.vendor"),
        ("requests.get", "requests.get"),
        ("requests", "requests"),
        ("..", ".."),
    ],
)
def test_own_name(written: str, own: str) -> None:
    """A prefix of another import name is replaced; what is no such name stays."""
    assert own_name(written) == own
    assert own_name(own) == own


def test_a_copy_is_another_module() -> None:
    """Only what is the very same module is reached by attributes, too."""
    assert same_module("six.moves.urllib") == "urllib"
    assert same_module("pip._vendor.requests") == "pip._vendor.requests"


def test_names_below() -> None:
    """What a package that holds such modules may lead to."""
    assert ("urllib", "urllib") in names_below("six")
    assert ("http_client", "http.client") in names_below("shop.six.moves")
    assert ("requests", "requests") in names_below("pip._vendor")
    assert ("requests", "requests") in names_below("._vendor")
    assert not names_below("shop")
    assert not names_below("urllib")


def test_only_python2() -> None:
    """A module, what is in it, and functions of a module that Python 3 has as well."""
    assert only_python2("urllib2")
    assert only_python2("urllib2.urlopen")
    assert only_python2("urllib.urlopen")
    assert not only_python2("urllib")
    assert not only_python2("urllib.request.urlopen")
    assert not only_python2("requests.get")

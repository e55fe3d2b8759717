"""Facts about the operations of a cloud hold for the descriptions that its client is made of."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from resilint_rules.kit.catalog import lookup
from resilint_rules.kit.catalog.records import CallFact

session = pytest.importorskip("botocore.session")
FILES = ("botocore", "aiobotocore")


@cache
def operations() -> dict[str, list[dict[str, Any]]]:
    """The outputs of all operations by the name of their method: member -> shape."""
    from botocore import xform_name

    loader = session.get_session().get_component("data_loader")
    found: dict[str, list[dict[str, Any]]] = {}
    for service in loader.list_available_services("service-2"):
        model = loader.load_service_model(service, "service-2")
        for name, operation in model["operations"].items():
            output = operation.get("output", {}).get("shape", "")
            inputs = operation.get("input", {}).get("shape", "")
            shapes = model["shapes"]
            members = shapes.get(output, {}).get("members", {})
            found.setdefault(xform_name(name), []).append(
                {"service": service, "members": members, "inputs": shapes.get(inputs, {}).get("members", {})}
            )
    return found


@pytest.mark.parametrize("file", FILES)
def test_each_operation_has_its_envelope(file: str) -> None:
    """Each service that has the operation, or that takes the parameter which is needed, answers with the first key."""
    facts = [fact for fact in lookup.load(file).facts.values() if isinstance(fact, CallFact) and fact.envelopes]
    assert facts
    wrong = [
        f"{operation['service']}.{method}: no {envelope.keys[0]}"
        for fact in facts
        for envelope in fact.envelopes
        for method in envelope.methods
        for operation in operations().get(method, [{"service": "none", "members": {}, "inputs": {}}])
        if not envelope.needs or envelope.needs in operation["inputs"]
        if envelope.keys[0] not in operation["members"]
    ]
    assert wrong == []


OTHERS = {"list_jobs": "s3control", "list_users": "mq", "list_functions": "cloudfront"}
"""Methods of which one other service has a list that its paginators do not know."""


@cache
def paginated() -> dict[str, set[str]]:
    """The services that have a paginator for a method."""
    from botocore import xform_name
    from botocore.exceptions import DataNotFoundError

    loader = session.get_session().get_component("data_loader")
    found: dict[str, set[str]] = {}
    for service in loader.list_available_services("service-2"):
        try:
            known = loader.load_service_model(service, "paginators-1")["pagination"]
        except DataNotFoundError:  # no file of paginators for the service
            continue
        for name in known:
            found.setdefault(xform_name(name), set()).add(service)
    return found


@pytest.mark.parametrize("file", FILES)
def test_a_fix_uses_paginators_that_exist(file: str) -> None:
    """Each service with an operation of that name has a paginator for it."""
    (pages,) = [fact.pages for fact in lookup.load(file).facts.values() if isinstance(fact, CallFact) and fact.pages]
    assert pages.full_for
    wrong = {
        method: missing
        for method in pages.full_for
        if (missing := {operation["service"] for operation in operations()[method]} - paginated()[method])
        if missing != {OTHERS.get(method)}
    }
    assert wrong == {}

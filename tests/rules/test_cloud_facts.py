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

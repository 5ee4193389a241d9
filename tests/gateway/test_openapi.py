"""Merging documents: what is taken, what is renamed, what is missing."""

from typing import Any

from gateway.openapi import merge


def document(path: str, operation: str, **schemas: dict[str, Any]) -> dict[str, Any]:
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Row"}}}}
    paths = {path: {"get": {"operationId": operation, "tags": ["t"], "responses": {"200": answer}}}}
    return {"paths": paths, "components": {"schemas": schemas}}


ROW = {"type": "object", "properties": {"kind": {"$ref": "#/components/schemas/Kind"}}}
A, B = {"enum": ["a"]}, {"enum": ["b"]}


def test_identical_schemas_are_one_and_unreached_ones_are_left_out() -> None:
    customer = document("/v1/customers", "list_customers", Row=ROW, Kind=A, Other=B)
    merged = merge(
        {"customer": customer, "interaction": document("/v1/orders", "list_orders", Row=ROW, Kind=A)}, []
    )
    assert merged["components"]["schemas"] == {"Row": ROW, "Kind": A}
    assert set(merged["paths"]) == {"/v1/customers", "/v1/orders"}
    assert "x-conflicts" not in merged


def test_a_schema_that_differs_and_what_holds_it_get_the_services_name() -> None:
    one = document("/v1/customers", "list_customers", Row=ROW, Kind=A)
    two = document("/v1/orders", "list_orders", Row=ROW, Kind=B)
    merged = merge({"customer": one, "interaction": two}, [])
    schemas = merged["components"]["schemas"]
    assert schemas["InteractionKind"] == B
    assert schemas["InteractionRow"]["properties"]["kind"] == {"$ref": "#/components/schemas/InteractionKind"}
    assert schemas["Row"] == ROW
    found = merged["paths"]["/v1/orders"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert found == {"$ref": "#/components/schemas/InteractionRow"}
    assert merged["x-conflicts"] == ["Kind of interaction"]


def test_operation_ids_stay_unique_and_foreign_paths_are_not_taken() -> None:
    one = document("/v1/customers", "list", Row=A)
    two = document("/v1/orders", "list", Row=A)
    two["paths"]["/v1/customers/{id}"] = two["paths"]["/v1/orders"]
    merged = merge({"customer": one, "interaction": two}, ["scoring"])
    assert set(merged["paths"]) == {"/v1/customers", "/v1/orders"}
    ids = {path: item["get"]["operationId"] for path, item in merged["paths"].items()}
    assert ids == {"/v1/customers": "list", "/v1/orders": "interaction_list"}
    assert merged["x-missing"] == ["scoring"]

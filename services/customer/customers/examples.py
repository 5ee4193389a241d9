"""What the document shows as examples of what callers send about customers."""

from shared.schemas import example

CONTACT_POINT = example(type="phone", value="138 0013 8000", label="work")
IDENTITY = example(system="erp", id="C0001")
CUSTOMER = example(
    kind="person",
    name="张伟",
    identities=[{"system": "erp", "id": "C0001"}],
    contact_points=[{"type": "phone", "value": "138 0013 8000", "label": "work"}],
    owner="u-12",
    region="East",
    customer_class="retail",
    tags=["beta"],
)
PATCH = example(region="West", owner=None)
BATCH = example(mode="upsert", items=[{"name": "张伟", "identities": [{"system": "erp", "id": "C0001"}]}])

"""Tags as they are counted, and who has one."""

from sqlalchemy import ARRAY, Integer, Text, bindparam, func, literal_column, select

from services.customer.customers.models import Customer
from shared.statements import json_object, visible

_LIVE = Customer.deleted_at.is_(None)
_HAVE = Customer.tags.contains(bindparam("tags", type_=ARRAY(Text)))
_TAG = func.unnest(Customer.tags).column_valued("tag")
_NAME = _TAG.collate("C")
_CUSTOMERS = func.count(literal_column("1"))

COUNTED = visible(
    select(_NAME.label("tag"), json_object(tag=_TAG, customers=_CUSTOMERS).label("data"))
    .select_from(Customer)
    .where(_LIVE, Customer.tags != literal_column("'{}'"))  # as the index says from which this is answered
    .group_by(_TAG)
    .order_by(_NAME)
    .limit(bindparam("limit", type_=Integer)),
    of=Customer,
    filters={
        "last_tag": bindparam("last_tag", type_=Text) < _NAME,
        "prefix": func.starts_with(_TAG, bindparam("prefix", type_=Text)),
    },
)
TAGGED = visible(
    select(Customer.id).where(_LIVE, _HAVE).order_by(Customer.id).limit(bindparam("limit", type_=Integer)),
    of=Customer,
)
LEFT = visible(select(_CUSTOMERS).select_from(Customer).where(_LIVE, _HAVE), of=Customer)

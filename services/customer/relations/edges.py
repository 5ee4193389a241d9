"""The steps from customers to those they are tied to: who they are, and by which relations one gets on."""

from sqlalchemy import ARRAY, Integer, Text, Uuid, any_, bindparam, cast, or_, select

from services.customer.customers.models import Customer
from services.customer.relations.models import Relation
from services.customer.relations.queries import FROM, ON_DAYS, RELATIONS, TO, among
from shared.statements import visible

# Customers, and all the ids under which something of theirs may be kept.
NODES = visible(
    select(Customer.id, Customer.kind, Customer.name, Customer.merged_ids)
    .where(Customer.deleted_at.is_(None), among(Customer.id, "ids"))
    .order_by(Customer.id),
    of=Customer,
)
# Relations of the customers with these ids: to those above them, below them, or around them.
EDGES = visible(
    RELATIONS.shown.with_only_columns(
        Relation.id,
        Relation.type,
        FROM.label("from_id"),
        TO.label("to_id"),
        Relation.role,
        cast(Relation.share, Text).label("share"),
    )
    .order_by(Relation.id)
    .limit(bindparam("limit", type_=Integer)),
    Relation,
    {
        "above": among(Relation.from_customer_id, "above"),
        "below": among(Relation.to_customer_id, "below"),
        "around": or_(among(Relation.from_customer_id, "around"), among(Relation.to_customer_id, "around")),
        "types": Relation.type == any_(bindparam("types", type_=ARRAY(Text))),
        "but": Relation.id != bindparam("but", type_=Uuid),
        **ON_DAYS,
    },
)
# Relations from one customer to another.
BETWEEN = visible(
    RELATIONS.shown.with_only_columns(Relation.id).where(
        among(Relation.from_customer_id, "above"),
        among(Relation.to_customer_id, "below"),
        Relation.type == bindparam("type", type_=Text),
    ),
    Relation,
    {"but": Relation.id != bindparam("but", type_=Uuid), **ON_DAYS},
)
# One relation, as a change of it has to look at it.
HELD = visible(
    RELATIONS.shown.with_only_columns(
        Relation.id,
        Relation.type,
        FROM.label("from_id"),
        TO.label("to_id"),
        Relation.valid_from,
        Relation.valid_to,
    ).where(Relation.id == bindparam("id", type_=Uuid)),
    Relation,
)

"""What callers get of walks along relations."""

from uuid import UUID

from services.customer.relations.catalogue import BuyingRole
from services.customer.relations.schemas import RelatedRead
from shared.schemas import Read


class GraphNode(RelatedRead):
    """A customer, and in how many steps it is reached."""

    level: int


class GraphEdge(Read):
    """A relation between two customers of the graph."""

    relation_id: UUID
    type: str
    from_id: UUID
    to_id: UUID
    role: BuyingRole | None


class CustomerGraph(Read):
    """Customers around one, nearest first; `cut` when there were too many to show them all."""

    nodes: list[GraphNode]
    edges: list[GraphEdge]
    cut: bool


class Ancestor(GraphNode):
    """An organization above; `child_id` is whom it holds directly, and `share` how much of it."""

    child_id: UUID
    share: str | None


class Descendant(GraphNode):
    """An organization below; `parent_id` is who holds it directly, and `share` how much of it."""

    parent_id: UUID
    share: str | None


class LevelCount(Read):
    """How many customers are on a level below."""

    level: int
    customers: int


class CustomerHierarchy(Read):
    """Who is above a customer and below it, nearest first; `ids` are those of all below, to add up."""

    customer: GraphNode
    ancestors: list[Ancestor]
    descendants: list[Descendant]
    levels: list[LevelCount]
    ids: list[UUID]
    cut: bool

"""Every table of the schema, for migrations and for tests."""

from services.scoring.backtests import models as backtests
from services.scoring.base import FEED, JOBS, Base
from services.scoring.campaigns import models as campaigns
from services.scoring.champions import models as champions
from services.scoring.costs import models as costs
from services.scoring.cube import models as cube
from services.scoring.facts import models as facts
from services.scoring.identities import models as identities
from services.scoring.lifecycle import models as lifecycle
from services.scoring.products import models as products
from services.scoring.rates import models as rates
from services.scoring.runs import models as runs
from services.scoring.score_history import models as score_history
from services.scoring.scores import models as scores
from services.scoring.states import models as states
from services.scoring.tiers import models as tiers
from services.scoring.totals import models as totals
from services.scoring.versions import models as versions
from services.scoring.win_backs import models as win_backs
from web.idempotency import idempotency_table

metadata = Base.metadata
idempotency = idempotency_table(metadata)
__all__ = [
    "FEED",
    "JOBS",
    "backtests",
    "campaigns",
    "champions",
    "costs",
    "cube",
    "facts",
    "idempotency",
    "identities",
    "lifecycle",
    "metadata",
    "products",
    "rates",
    "runs",
    "score_history",
    "scores",
    "states",
    "tiers",
    "totals",
    "versions",
    "win_backs",
]

"""The scoring service's application."""

from fastapi import FastAPI

from feed.routes import feed_router
from services.scoring.backtests.routes import ROUTERS as BACKTESTS
from services.scoring.base import FEED
from services.scoring.base_forecasts.routes import ROUTERS as BASE_FORECASTS
from services.scoring.champions.queries import SETTINGS
from services.scoring.champions.routes import ROUTERS as CHAMPIONS
from services.scoring.changes.routes import router as changes
from services.scoring.commercial.routes import router as commercial
from services.scoring.contracts.routes import router as contracts
from services.scoring.evidence.routes import router as evidence
from services.scoring.explanations.routes import router as explanations
from services.scoring.lifecycle.queries import CHANGED as LIFECYCLES
from services.scoring.lifecycle.routes import router as lifecycles
from services.scoring.lifecycle.settings import SETTINGS as LIFECYCLE_SETTINGS
from services.scoring.rfm.routes import router as rfm
from services.scoring.runs.routes import router as runs
from services.scoring.scores.queries import CHANGED
from services.scoring.scores.routes import router as scores
from services.scoring.states.routes import router as status
from services.scoring.structure.routes import router as structure
from services.scoring.suppositions.routes import router as suppositions
from services.scoring.tiers.routes import ROUTERS as TIERS
from services.scoring.tiers.settings import SETTINGS as TIER_SETTINGS
from services.scoring.tracking.routes import router as tracking
from services.scoring.versions.queries import VERSIONS
from services.scoring.versions.routes import router as versions
from services.scoring.win_backs.queries import SETTINGS as WIN_BACK_SETTINGS
from services.scoring.win_backs.routes import router as win_backs
from shared.settings import Settings
from web.app import create_app


def build() -> FastAPI:
    """Return the application, as uvicorn's factory wants it."""
    kinds = {
        "score": CHANGED,
        "estimator": VERSIONS.told,
        "scoring_settings": SETTINGS.told,
        "lifecycle": LIFECYCLES,
        "lifecycle_settings": LIFECYCLE_SETTINGS.told,
        "win_back_settings": WIN_BACK_SETTINGS.told,
        "tier_settings": TIER_SETTINGS.told,
    }
    why = [explanations, changes, suppositions, evidence]
    where = [*TIERS, rfm, lifecycles, win_backs, contracts, structure, commercial]
    how = [runs, versions, tracking, *CHAMPIONS, *BACKTESTS, *BASE_FORECASTS, status]
    routers = [scores, *why, *where, *how, feed_router(FEED, kinds)]
    return create_app(Settings.of("scoring"), title="guanxi: scoring", routers=routers)

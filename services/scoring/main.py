"""The scoring service's application."""

from fastapi import FastAPI

from feed.routes import feed_router
from services.scoring.backtests.routes import ROUTERS as BACKTESTS
from services.scoring.base import FEED
from services.scoring.champions.queries import SETTINGS
from services.scoring.champions.routes import ROUTERS as CHAMPIONS
from services.scoring.changes.routes import router as changes
from services.scoring.commercial.routes import router as commercial
from services.scoring.evidence.routes import router as evidence
from services.scoring.explanations.routes import router as explanations
from services.scoring.runs.routes import router as runs
from services.scoring.scores.queries import CHANGED
from services.scoring.scores.routes import router as scores
from services.scoring.states.routes import router as status
from services.scoring.structure.routes import router as structure
from services.scoring.suppositions.routes import router as suppositions
from services.scoring.tiers.routes import router as tiers
from services.scoring.versions.queries import VERSIONS
from services.scoring.versions.routes import router as versions
from shared.settings import Settings
from web.app import create_app


def build() -> FastAPI:
    """Return the application, as uvicorn's factory wants it."""
    kinds = {"score": CHANGED, "estimator": VERSIONS.told, "scoring_settings": SETTINGS.told}
    why = [explanations, changes, suppositions, evidence]
    how = [runs, versions, *CHAMPIONS, *BACKTESTS, status]
    routers = [scores, *why, tiers, structure, commercial, *how, feed_router(FEED, kinds)]
    return create_app(Settings.of("scoring"), title="guanxi: scoring", routers=routers)

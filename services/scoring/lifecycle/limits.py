"""The limits of lifecycles as callers send and get them."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.schemas import Body, Instant, Read, Whole, example
from web.bodies import kept

Share = Annotated[float, Field(gt=0, lt=1)]
Days = Annotated[Whole, Field(ge=7, le=366)]
Count = Annotated[Whole, Field(ge=1, le=24)]
Factor = Annotated[float, Field(gt=0, le=1000)]


class LifecycleSettingsUpdate(Body):
    """Limits; what is absent stays. Everybody is judged anew by them, past and present."""

    model_config = example(decline_p_alive=0.5, lost_p_alive=0.25, period_days=14)

    period_days: Days = kept()
    hysteresis: Annotated[Whole, Field(ge=1, le=6)] = kept()
    exploration_orders: Count = kept()
    exploration_gaps: Factor = kept()
    silence_level: Share = kept()
    decline_p_alive: Share = kept()
    lost_p_alive: Share = kept()
    lost_silence_level: Share = kept()
    margin_fall: Share = kept()
    margin_periods: Count = kept()
    margin_weight: Share = kept()
    margin_purchases: Factor = kept()
    order_weight: Share = kept()
    growth_t: Annotated[float, Field(ge=0, le=100)] = kept()
    growth_share: Annotated[float, Field(ge=0, le=100)] = kept()
    category_periods: Count = kept()
    stability_orders: Count = kept()
    stability_cv: Annotated[float, Field(gt=0, le=10)] = kept()


class LifecycleSettingsRead(Read):
    """The limits in force, as `docs/lifecycle.md` explains them; times in days."""

    id: UUID
    version: int
    period_days: int
    hysteresis: int
    exploration_orders: int
    exploration_gaps: float
    silence_level: float
    decline_p_alive: float
    lost_p_alive: float
    lost_silence_level: float
    margin_fall: float
    margin_periods: int
    margin_weight: float
    margin_purchases: float
    order_weight: float
    growth_t: float
    growth_share: float
    category_periods: int
    stability_orders: int
    stability_cv: float
    updated_at: Instant

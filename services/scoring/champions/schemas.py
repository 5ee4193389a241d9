"""What callers send and get about champions."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.schemas import Body, Flag, Instant, Read, Text, Whole, example
from web.bodies import kept

Days = Annotated[Whole, Field(ge=1, le=365)]


class Approval(StrEnum):
    """Who says that another estimator version is to be the champion."""

    PERSON = "person"
    AUTOMATIC = "automatic"


class ChampionApprove(Body):
    """Why this version is to be the champion; `rescore` asks for a run that scores everybody with it."""

    model_config = example(reason="Lowest error in the back-test of March.")

    reason: Text
    rescore: Flag = True


class ScoringSettingsUpdate(Body):
    """Settings; what is absent stays. `backtest_days` null: back-tests are only those that are asked for."""

    model_config = example(approval="person", refit_days=7, backtest_days=28)

    approval: Approval = kept()
    refit_days: Days = kept()
    backtest_days: Days | None = None


class ScoringSettingsRead(Read):
    """Settings: who approves a champion, and after how many days fits and back-tests are repeated."""

    id: UUID
    version: int
    approval: Approval
    refit_days: int
    backtest_days: int | None
    updated_at: Instant

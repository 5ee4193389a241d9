"""What callers send and get about champions."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.scoring.versions.schemas import ParametersBy, ParametersByRead
from shared.schemas import Body, Flag, Instant, Read, Text, Whole, example
from web.bodies import kept

Days = Annotated[Whole, Field(ge=1, le=365)]
Ways = Annotated[list[ParametersBy], Field(max_length=4)]


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
    """Settings; what is absent stays. `backtest_days` null: back-tests are only those that are asked for.

    `parameters_by`: every run that fits, and every back-test, tries each estimator in these ways as well.
    """

    model_config = example(
        approval="person",
        refit_days=7,
        backtest_days=28,
        parameters_by=[{"method": "segments", "dimensions": ["customer_class"]}],
    )

    approval: Approval = kept()
    refit_days: Days = kept()
    backtest_days: Days | None = None
    parameters_by: Ways = kept()


class ScoringSettingsRead(Read):
    """Settings: who approves a champion, and after how many days fits and back-tests are repeated.

    `parameters_by`: by what each estimator is fitted and back-tested besides.
    """

    id: UUID
    version: int
    approval: Approval
    refit_days: int
    backtest_days: int | None
    parameters_by: list[ParametersByRead]
    updated_at: Instant

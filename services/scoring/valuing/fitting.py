"""Which fits a run computes with: those of before that it is given, and its own, which it keeps."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from asyncpg import Record

from services.scoring.backtests.running import bias_spreads
from services.scoring.champions.actions import approve
from services.scoring.champions.queries import CURRENT
from services.scoring.champions.schemas import Approval
from services.scoring.estimators.bygroup import label
from services.scoring.grouping.reading import names_of
from services.scoring.runs.schemas import RunReason
from services.scoring.states.history import day_number
from services.scoring.valuing.computing import Order, Outcome
from services.scoring.versions.queries import PAIR, VERSIONS
from services.scoring.versions.schemas import EstimatorLife
from shared.database import Transaction
from shared.statements import Runner

RENEWING = frozenset((RunReason.SCHEDULED, RunReason.DRIFT))


async def ordered(on: Runner, run: Record) -> tuple[Order, list[UUID]]:
    """Return what a run computes, and the versions of the fit of before that it is given."""
    plain = Order(
        run["estimator"], day_number(run["fitted_to"]), day_number(run["as_of"]), by=run["parameters_by"]
    )
    if run["fits"]:
        plain = await _with_ways(on, plain)
    if run["estimator_version_id"] is None:
        return plain, []
    fit = await PAIR.one(on, id=run["estimator_version_id"])
    if fit is None:
        raise LookupError(f"no version {run['estimator_version_id']} to score with")
    given = {
        "timing": {"parameters": fit["parameters"], "groups": fit["groups"]},
        "spend": fit["spend_parameters"],
        "expects": fit["expects"],
        "cut_off": day_number(fit["cut_off"]),
    }
    order = replace(
        plain,
        fits=run["fits"],
        renews=await _renews(on, run),
        given=given,
        bias_spread=(await bias_spreads(on)).get(label(plain.estimator, plain.by)),
    )
    return order, [UUID(int=fit[name].int) for name in ("id", "spend_id")]


async def kept(tx: Transaction, run: Record, outcome: Outcome) -> list[UUID]:
    """Keep the run's own fits and return their ids; a champion that is renewed hands over to one of them."""
    ids = {
        label(version["kind"], version["parameters_by"]): await _keep(tx, run, version)
        for version in outcome.versions
    }
    if outcome.own and run["estimator_version_id"] is not None:
        why = f"the champion was fitted anew: {run['reason']}"
        await approve(tx, ids[label(run["estimator"], run["parameters_by"])], None, why)
    return list(ids.values())


async def _with_ways(on: Runner, order: Order) -> Order:
    """Let parameters be fitted by what the settings say, and the run asks for, as well."""
    ways = list((await CURRENT.one(on) or {"parameters_by": []})["parameters_by"])
    if order.by is not None and order.by not in ways:
        ways.append(dict(order.by))
    return replace(order, ways=ways, levels=await names_of(on, ways))


async def _renews(on: Runner, run: Record) -> bool:
    settings = await CURRENT.one(on)
    automatic = settings is not None and settings["approval"] == Approval.AUTOMATIC
    return bool(automatic and run["fits"] and run["reason"] in RENEWING)


async def _keep(tx: Transaction, run: Record, version: dict[str, Any]) -> UUID:
    values = {
        "cut_off": run["fitted_to"],
        "currency": run["currency"],
        "identity_system": run["identity_system"],
        "run_id": UUID(int=run["id"].int),
        "life": EstimatorLife.CANDIDATE,
    }
    made = await VERSIONS.create(tx, {**values, **version}, "/v1/estimators")
    (id_,) = made.subjects
    return id_

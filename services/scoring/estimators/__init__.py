"""How often customers will buy, whether they still do, and what they will spend: own estimators, no I/O.

Timing estimators by code in `ESTIMATORS`, or `PERIODIC_ESTIMATORS` where time goes in periods, and spend
estimators in `SPEND_ESTIMATORS`; each is a frozen dataclass of its parameters with `fit`. `Summary` is what
they are fed, `forecast` what they are for. Contracts, whose end is seen, have `ShiftedBetaGeometric`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.scoring.estimators.bgbb import BgBb
from services.scoring.estimators.bgnbd import BgNbd
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.mbgnbd import MbgNbd
from services.scoring.estimators.paretonbd import ParetoNbd
from services.scoring.estimators.timing import Timing

DEFAULT: Final = MbgNbd.code
ESTIMATORS: Final[Mapping[str, type[Timing]]] = MappingProxyType(
    {one.code: one for one in (MbgNbd, ParetoNbd, BgNbd)}
)
PERIODIC_ESTIMATORS: Final[Mapping[str, type[Timing]]] = MappingProxyType({BgBb.code: BgBb})
SPEND_ESTIMATORS: Final[Mapping[str, type[GammaGamma]]] = MappingProxyType({"gamma_gamma": GammaGamma})

"""Owns what the literature prints about the CDNOW sample, calibrated to 1997-09-30, in weeks and US dollars.

Fader, Hardie, Lee (2005) for BG/NBD (refined to the optimum's last digits), Batislam, Denizel, Filiztekin
(2007) for MBG/NBD, the package BTYD for Pareto/NBD (refined likewise), Fader, Hardie (2013) for Gamma-Gamma
on the mean of the repeat days.
"""

from collections.abc import Mapping

TITLES = {
    "bg_nbd": "BG/NBD",
    "mbg_nbd": "MBG/NBD",
    "pareto_nbd": "Pareto/NBD",
    "gamma_gamma": "Gamma-Gamma",
}
PARAMETERS: Mapping[str, Mapping[str, float]] = {
    "bg_nbd": {"r": 0.2425946, "alpha": 4.413602, "a": 0.792922, "b": 2.425907},
    "mbg_nbd": {"r": 0.52484, "alpha": 6.18309, "a": 0.89136, "b": 1.61400},
    "pareto_nbd": {"r": 0.55328, "alpha": 10.5777, "s": 0.60626, "beta": 11.6692},
    "gamma_gamma": {"p": 6.2496, "q": 3.7442, "v": 15.4435},
}
LOG_LIKELIHOODS = {
    "bg_nbd": -9582.4292,
    "mbg_nbd": -9582.136,
    "pareto_nbd": -9594.976,
    "gamma_gamma": -4055.9177,
}
EXPECTED_PURCHASES_52 = {"bg_nbd": 1.44401, "pareto_nbd": 1.473434}  # E[X(52)] of a new customer

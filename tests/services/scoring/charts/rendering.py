"""Drawing a Vega-Lite specification, to see that there is something in it."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping
from typing import Any

import vl_convert

VERSION = "5.21"
NOTHING = re.compile(r"NaN|[hv]0[hvZ]")  # in the path of a mark


def picture(chart: Mapping[str, Any]) -> bytes:
    """Return the PNG, to be looked at."""
    return vl_convert.vegalite_to_png(dict(chart), vl_version=VERSION, scale=2)


def drawn(chart: Mapping[str, Any]) -> Counter[str]:
    """Count what is drawn by kind of mark: rect, text, line, symbol, arc; not axes, titles and legends.

    ValueError for a specification that cannot be drawn.
    """
    image = ET.fromstring(vl_convert.vegalite_to_svg(dict(chart), vl_version=VERSION))  # noqa: S314 - our own
    found: Counter[str] = Counter()
    for group in image.iter("{http://www.w3.org/2000/svg}g"):
        classes = group.get("class", "").split()
        if "role-mark" in classes:
            (kind,) = (name.removeprefix("mark-") for name in classes if name.startswith("mark-"))
            found[kind] += sum(1 for child in group if _has_size(child))
    return found


def _has_size(mark: ET.Element) -> bool:
    """Tell a mark from an empty one, as a bar of no value or a line of no points is."""
    shape = mark.get("d")
    return bool(mark.text) if shape is None else bool(shape) and not NOTHING.search(shape)

"""The published list of problems: docs/problems.md says exactly what the code can answer.

To write it anew: `python -m tests.architecture.test_problems > docs/problems.md`.
"""

import importlib
import sys

from shared.errors import TYPES, Problem, published
from tests.architecture.tree import PACKAGES, PLUMBING, ROOT, sources

HEAD = f"""# Problems

Every error of the API is an `application/problem+json` document (RFC 9457). Its `code` is one of these, and
its `type` is `{TYPES}<code>`; neither changes its meaning. `errors` names what is wrong,
by JSON pointer into the body, by parameter or by header, and nothing of what was sent is repeated.

| status | code | title | when |
| --- | --- | --- | --- |
"""


def render() -> str:
    """Return the document that belongs to the code as it is."""
    first = {problem.code: problem for problem in reversed(ours()) if "code" in vars(problem)}
    return HEAD + "\n".join(sorted(map(_row, first.values()))) + "\n"


def ours() -> list[type[Problem]]:
    """Return the problems of the product, without those that tests make up."""
    for file in sources(*PLUMBING, "services", "gateway"):
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        if "migrations" not in module:
            importlib.import_module(module)
    found = (problem for problem in published() if problem.__module__.split(".")[0] in PACKAGES)
    return sorted(found, key=lambda problem: (problem.__module__, problem.__qualname__))


def _row(problem: type[Problem]) -> str:
    when = (problem.__doc__ or "").splitlines()[0]
    return f"| {problem.status} | `{problem.code}` | {problem.title} | {when} |"


def test_the_published_list_is_that_of_the_code() -> None:
    assert (ROOT / "docs/problems.md").read_text() == render()


def test_a_code_has_one_status_and_one_title() -> None:
    meanings: dict[str, set[tuple[int, str]]] = {}
    for problem in ours():
        meanings.setdefault(problem.code, set()).add((problem.status, problem.title))
    assert not {code: said for code, said in meanings.items() if len(said) > 1}


if __name__ == "__main__":
    sys.stdout.write(render())

"""What must hold whatever happened: ten named functions from the evidence to what violates them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from tests.chaos.evidence import Entry, Evidence, Outcome

Violations = Iterator[str]


def acknowledged_writes_are_in_the_source(seen: Evidence) -> Violations:
    """1. What a writer was told is done is in the source's history, with the version that it was told."""
    stored = {(change.label, change.subject, change.version) for change in seen.changes()}
    for claim in seen.claims(Outcome.OK):
        if (claim.label, claim.subject, claim.version) not in stored:
            yield f"{claim.label}: version {claim.version} of {claim.subject} was acknowledged and lost"


def no_effect_without_an_operation(seen: Evidence) -> Violations:
    """2. Each change in the source was asked for by an operation that was not refused."""
    asked = {claim.label for claim in seen.claims(Outcome.OK, Outcome.UNKNOWN)}
    for change in seen.changes():
        if change.label is not None and change.label not in asked:
            yield f"{change.label}: changed {change.subject} to version {change.version} though nobody asked"


def at_most_one_effect_per_key(seen: Evidence) -> Violations:
    """3. What was asked for under one key happened once at most: by counting effects, and by counters."""
    effects = Counter(change.label for change in seen.changes() if change.label is not None)
    for label, times in effects.items():
        if times > 1:
            yield f"{label}: {times} effects"
    counted = {change.subject: change.count for change in seen.changes() if change.count is not None}
    least, most = Counter[UUID](), Counter[UUID]()
    for claim in seen.claims(Outcome.OK, Outcome.UNKNOWN):
        if claim.counts and claim.subject is not None:
            most[claim.subject] += 1
            least[claim.subject] += claim.outcome is Outcome.OK
    for subject, count in counted.items():
        if not least[subject] <= count <= most[subject]:
            yield f"{subject}: counter {count}, asked for {least[subject]} to {most[subject]} times"


def positions_are_dense_and_immutable(seen: Evidence) -> Violations:
    """4. Positions are 1, 2, 3, ... up to the head, and a later reader finds the same at each of them."""
    for source, entries in seen.told.items():
        positions = [entry.position for entry in entries]
        if positions != list(range(1, len(positions) + 1)):
            wrong = next(place for place, got in enumerate(positions, 1) if place != got)
            yield f"{source}: position {positions[wrong - 1]} came as the {wrong}th"
        if seen.heads.get(source, len(positions)) != len(positions):
            yield f"{source}: {len(positions)} entries were read, the head is {seen.heads[source]}"
        again = seen.again.get(source, ())
        start = again[0].position - 1 if again else 0
        if again and start + len(again) < len(entries):
            yield f"{source}: {len(again)} entries after {start} were read again of {len(entries)} in all"
        for before, now in zip(entries[start:], again, strict=False):  # by then there may be more of them
            if before != now:
                yield f"{source}: {before} is {now} now"


def order_holds_by_subject_and_by_cause(seen: Evidence) -> Violations:
    """5. A record's versions rise; what was acknowledged before another write began comes before it."""
    for source, entries in seen.told.items():
        newest = defaultdict[tuple[str, UUID], int](int)
        for entry in entries:
            if entry.version < newest[entry.kind, entry.subject]:
                yield f"{source}: {entry} comes after version {newest[entry.kind, entry.subject]}"
            newest[entry.kind, entry.subject] = entry.version
        yield from _out_of_cause(seen, entries)


def _out_of_cause(seen: Evidence, entries: Sequence[Entry]) -> Violations:
    at = {(entry.subject, entry.version): entry.position for entry in entries}
    spans = []
    for operation in seen.operations:
        places = [at[key] for claim in operation.claims if (key := (claim.subject, claim.version)) in at]
        if operation.outcome is Outcome.OK and places:
            spans.append((operation, min(places), max(places)))
    ended = sorted(spans, key=lambda span: span[0].ended)
    latest, last, passed = 0, "", 0
    for operation, first, _ in sorted(spans, key=lambda span: span[0].began):
        while passed < len(ended) and ended[passed][0].ended < operation.began:
            if ended[passed][2] > latest:
                latest, last = ended[passed][2], ended[passed][0].key
            passed += 1
        if first < latest:
            yield f"{operation.key} at {first} began after {last} at {latest} had ended"


def each_change_is_told_exactly_once(seen: Evidence) -> Violations:
    """6. A source's history and its feed have the same (subject, version), each once."""
    for source in seen.told.keys() | seen.history.keys():
        told = Counter((entry.subject, entry.version) for entry in seen.told.get(source, ()))
        made = Counter((change.subject, change.version) for change in seen.history.get(source, ()))
        for (subject, version), times in (told - made).items():
            yield f"{source}: version {version} of {subject} was told {times} times too often"
        for subject, version in made - told:
            yield f"{source}: version {version} of {subject} was never told"


def copies_equal_their_source(seen: Evidence) -> Violations:
    """7. Each consumer holds what its source holds, field by field, and lacks what was deleted."""
    for name, (held, due) in seen.copies.items():
        for key in held.keys() | due.keys():
            has, should = held.get(key), due.get(key)
            if has != should and not (has is None and should is not None and should.data is None):
                yield f"{name}: {key} is {has}, should be {should}"


def reads_are_never_older_than_acknowledged_writes(seen: Evidence) -> Violations:
    """8. Who reads after an acknowledged write, through whichever process, sees it or a later state."""
    deleted = {claim.subject for claim in seen.claims(Outcome.OK, Outcome.UNKNOWN) if _is_delete(claim.label)}
    for look in seen.looks:
        if look.version is None and look.subject not in deleted:
            yield f"{look.subject} was not found though nobody deleted it"
        elif look.version is not None and (look.gone or look.version < look.floor):
            yield f"{look.subject} read in version {look.version} after version {look.floor}, {look.gone=}"


def expired_and_foreign_cursors_are_gone(seen: Evidence) -> Violations:
    """9. A cursor from below the floor, or of another epoch, answers 410 and never an empty page."""
    for refusal in seen.refusals:
        if refusal.status != 410:
            yield f"the cursor {refusal.cursor} was answered {refusal.status}"


def erased_stays_erased(seen: Evidence) -> Violations:
    """10. What is gone does not come back: not in the source, in its feed, or in any copy.

    Deletes stand in for erasures until there are erasures.
    """
    gone = {change.subject: change.version for change in seen.changes() if change.gone}
    for change in seen.changes():
        if change.version > gone.get(change.subject, change.version):
            yield f"{change.subject} was changed to version {change.version} after its end"
    stores = {"the source": seen.source, **{name: copy.held for name, copy in seen.copies.items()}}
    for name, records in stores.items():
        for key, state in records.items():
            subject = key[-1] if isinstance(key, tuple) else key
            if subject in gone and state.data is not None:
                yield f"{name} has {subject} in version {state.version}, deleted in {gone[subject]}"


def _is_delete(label: str | None) -> bool:
    return label is not None and label.startswith("delete ")


Invariant = Callable[[Evidence], Violations]
INVARIANTS: tuple[Invariant, ...] = (
    acknowledged_writes_are_in_the_source,
    no_effect_without_an_operation,
    at_most_one_effect_per_key,
    positions_are_dense_and_immutable,
    order_holds_by_subject_and_by_cause,
    each_change_is_told_exactly_once,
    copies_equal_their_source,
    reads_are_never_older_than_acknowledged_writes,
    expired_and_foreign_cursors_are_gone,
    erased_stays_erased,
)


def judge(seen: Evidence, *invariants: Invariant) -> dict[str, list[str]]:
    """Return what violates each invariant, by its name; nothing where all hold."""
    found = {each.__name__: list(each(seen)) for each in invariants or INVARIANTS}
    return {name: wrong for name, wrong in found.items() if wrong}

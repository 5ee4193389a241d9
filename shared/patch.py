"""JSON Merge Patch."""


def merge(target: object, patch: object) -> object:
    """Apply a merge patch (RFC 7396): null removes, objects merge, anything else replaces.

    No argument is changed.
    """
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged

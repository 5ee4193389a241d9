"""Legal forms of organizations: part of a name, but not what tells one from another."""

_HAN = """
股份有限责任公司 股份有限公司 有限责任公司 集团有限公司 控股有限公司 有限公司
有限合伙企业 合伙企业 集团公司 总公司 分公司 株式会社 有限会社 合同会社 公司 集团
"""  # folded; the longer before those that they end in
_LATIN = """
ab ag aktiengesellschaft aps as asa bhd bv co company corp corporation cv dba doo ev gmbh group holding
holdings inc incorporated kft kg kgaa kk limited llc llp lp ltd ltda mbh nv oao ooo oy oyj pao plc pte pty pvt
sa sarl sas sdn se sl spa srl sro ug zao ооо оао зао пао
"""
_SPACED = (
    "s a r l",
    "g m b h",
    "s p a",
    "s r l",
    "l l c",
    "n v",
    "b v",
    "s a",
    "s l",
    "a g",
    "a s",
)  # G.m.b.H.
_WORDS = frozenset(_LATIN.split())
_ENDINGS = (*(f" {each}" for each in _SPACED), *_HAN.split())


def without_form(folded: str) -> str:
    """Return a folded name without the legal forms at its end; itself when it consists of nothing else."""
    if folded.endswith(_ENDINGS):
        ending = next(each for each in _ENDINGS if folded.endswith(each))
        folded = folded.removesuffix(ending).rstrip() or folded
    words = folded.split()
    while len(words) > 1 and words[-1] in _WORDS:
        words.pop()
    return " ".join(words)

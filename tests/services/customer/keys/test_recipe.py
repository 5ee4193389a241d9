"""The recipe of keys: who changes it numbers it anew, or known customers keep the keys of the old one."""

from services.customer.keys.key import RECIPE, vector
from services.customer.keys.open import open_keys
from services.customer.keys.personal import personal_keys

KNOWN = {
    "given_name": None,
    "family_name": None,
    "identities": [{"id": "C-00417"}],
    "tags": ["Beta 测试"],
    "contact_points": [
        {"type": "phone", "value": "138 0013 8000", "normalized": "+8613800138000"},
        {"type": "email", "value": "A@b.cn", "normalized": "a@b.cn"},
    ],
    "addresses": [{"lines": ["南京西路1266号"], "city": "上海"}],
    "attributes": {"hobby": "Chess", "level": 907},
}
PEOPLE = {
    "單偉": "'=单伟' '单' '伟' '单伟' 'shanwei' 'danwei' 'weishan' 'weidan' '~sw' '~dw'",
    "Jörg Müller GmbH": "'=jorg muller gmbh' '=jorg muller' 'jorg' 'muller' 'gmbh' 'joerg' 'mueller'"
    " 'jorgmullergmbh' 'gmbhjorgmuller' 'joergmuellergmbh' 'gmbhjoergmueller' '~jmg'",
    "Пётр": "'=петр' 'петр' 'petr'",
}
OTHERS = "'#c-00417' ':beta 测试'"
PERSONAL = "'<0008310083168' '@a@b.cn' '1266' '南京' '京西' '西路' '号' '上海' '=chess' '=907'"


def test_these_are_the_keys_of_the_first_recipe() -> None:
    """Other keys need another number: raise RECIPE, and then put them here."""
    for name, keys in PEOPLE.items():
        assert (RECIPE, vector(open_keys({**KNOWN, "name": name}))) == (1, f"{keys} {OTHERS}")
    assert (RECIPE, vector(personal_keys({**KNOWN, "name": ""}))) == (1, PERSONAL)

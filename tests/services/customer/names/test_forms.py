"""The forms of names: whatever way one is written, they meet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.names.forms import forms_of, transliterated
from services.customer.names.readings import MOST


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("张伟", "zhangwei"), ("張偉", "zhangwei"), ("曾国藩", "zengguofan"),
        ("曾國藩", "zengguofan"),
        ("单雄信", "shanxiongxin"), ("單雄信", "shanxiongxin"), ("仇英", "qiuying"),
        ("解缙", "xiejin"),
        ("查良镛", "zhaliangyong"), ("區志偉", "ouzhiwei"), ("区志伟", "ouzhiwei"),
        ("朴槿惠", "piaojinhui"),
        ("尉迟敬德", "yuchijingde"), ("尉遲敬德", "yuchijingde"), ("万俟卨", "moqixie"),
        ("萬俟卨", "moqixie"),
        ("欧阳修", "ouyangxiu"), ("司马光", "simaguang"), ("诸葛亮", "zhugeliang"),
        ("翟天临", "zhaitianlin"),
        ("任正非", "renzhengfei"), ("黑伯仁", "heboren"), ("盖叫天", "gejiaotian"),
        ("乐嘉", "yuejia"),
    ],
)  # fmt: skip
def test_a_surname_is_read_as_one(name: str, reading: str) -> None:
    assert forms_of(name).pinyin[0] == reading


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("张乐", {"zhangle", "zhangyue"}),
        ("李重", {"lichong", "lizhong"}),
        ("吕布", {"lvbu", "lubu"}),
        ("曾国藩", {"zengguofan", "cengguofan"}),
    ],
)
def test_what_may_be_read_in_several_ways_has_them_all(name: str, readings: set[str]) -> None:
    assert readings <= set(forms_of(name).pinyin)


def test_the_family_name_is_read_as_a_surname_wherever_it_stands() -> None:
    assert forms_of("国藩曾", "国藩", "曾").pinyin[0] == "guofanzeng"
    assert forms_of("欧阳娜娜", "娜娜", "欧阳").pinyin[0] == "ouyangnana"


@pytest.mark.parametrize(
    ("name", "initials"),
    [("张伟", "zw"), ("曾国藩", "zgf"), ("欧阳修", "oyx"), ("万俟卨", "mqx"), ("Anna Müller", "am")],
)
def test_initials(name: str, initials: str) -> None:
    assert forms_of(name).initials[0] == initials


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("張偉", "张伟"), ("张\u200b伟", "张伟"), (" 张 伟 ", "张 伟"), ("ＭÜＬＬＥＲ", "muller"),
        ("Mu\u0308ller", "muller"),
        ("Straße", "strasse"), ("Łukasz", "lukasz"), ("Ørsted", "orsted"), ("O’Brien", "obrien"),
        ("Novák,Jan", "novak jan"),
        ("Пётр", "петр"), ("Γιώργος", "γιωργοσ"), ("مُحَمَّد", "محمد"), ("タナカ", "たなか"),
        ("ﾀﾅｶ", "たなか"), ("ガ", "が"),
        ("김철수", "김철수"), ("अमिताभ बच्चन", "अमिताभ बच्चन"), ("", ""), ("!!!", ""),
    ],
)  # fmt: skip
def test_folding(written: str, folded: str) -> None:
    assert forms_of(written).folded == folded


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Müller", {"muller", "mueller"}), ("Jürgen Weiß", {"jurgen", "juergen", "weiss"}),
        ("Ørsted", {"orsted", "oersted"}),
        ("Пётр Ильич", {"petr", "ilich"}), ("Γιώργος", {"giorgos"}), ("محمد", {"mhmd"}),
        ("たなか", {"tanaka"}),
        ("김철수", {"gimcheolsu"}), ("王 Wei", {"wei"}), ("张伟", set()),
    ],
)  # fmt: skip
def test_words_in_latin_letters(name: str, latin: set[str]) -> None:
    assert set(forms_of(name).latin) == latin


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("Müller Söhne GmbH", "muller sohne"), ("Müller Söhne G.m.b.H.", "muller sohne"),
        ("Acme Trading Co., Ltd.", "acme trading"),
        ("腾讯科技有限公司", "腾讯科技"), ("鴻海精密工業股份有限公司", "鸿海精密工业"),
        ("Limited", "limited"), ("有限公司", "有限公司"),
        ("ООО Ромашка", "ооо ромашка"), ("Gazprom PAO", "gazprom"),
        ("Novo Nordisk A/S", "novo nordisk"),
    ],
)  # fmt: skip
def test_legal_forms_do_not_decide(name: str, core: str) -> None:
    assert forms_of(name).core == core


@given(st.text(max_size=60), st.none() | st.text(max_size=8), st.none() | st.text(max_size=8))
def test_any_text_has_forms_that_are_stable(name: str, given_name: str | None, family: str | None) -> None:
    forms = forms_of(name, given_name, family)
    assert forms_of(forms.folded).folded == forms.folded
    assert len(forms.pinyin) <= MOST
    assert all(word == transliterated(word) for word in forms.latin)
    assert all(each.isascii() for each in (*forms.pinyin, *forms.initials))

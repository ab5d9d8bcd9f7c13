"""What the check says about example sentences that lead elsewhere."""

from test_understand_topics import topic

from bot.core.check.findings import Grade
from bot.core.check.material import Material
from bot.core.check.typed import typed
from bot.core.directory import Directory
from bot.core.tree import Tree


def found(*topics):
    nothing = Directory(*([{}] * len(Directory.__dataclass_fields__)))
    material = Material(Tree({t.id: t for t in topics}), nothing, {}, frozenset())
    kinds = ("words-found-elsewhere", "words-never-found")
    return [(f.id, f.grade, f.text) for f in typed(material) if f.id in kinds]


MOBBING = topic(
    "mobbing",
    "Mobbing",
    ["gemobbt", "gemobbt werden", "ich werde gemobbt"],
    ["die lachen mich aus"],
)


def test_a_sentence_that_leads_elsewhere_is_named_with_where_it_leads():
    money = topic("schulden", "Geld", ["geld"], ["kein geld", "gemobbt"])
    (finding,) = found(MOBBING, money)
    assert finding[:2] == ("words-found-elsewhere", Grade.INFO)
    assert "„gemobbt“ führt zuerst zu „mobbing“ statt zu „schulden“" in finding[2]


def test_a_sentence_that_leads_nowhere_is_named():
    money = topic("schulden", "Geld", ["geld"], ["kein geld", "und der die das"])
    (finding,) = found(MOBBING, money)
    assert "zuerst zu keinem Thema" in finding[2]


def test_a_topic_to_which_no_sentence_leads_is_named_once():
    (finding,) = found(MOBBING, topic("schulden", "Geld", [], ["und der die", "das ist es"]))
    assert finding[:2] == ("words-never-found", Grade.WARNING)


def test_a_tree_whose_sentences_lead_home_says_nothing():
    assert found(MOBBING, topic("schulden", "Geld", ["geld"], ["wir haben kein geld"])) == []
    assert found(MOBBING, topic("schulden", "Geld", ["geld"])) == []

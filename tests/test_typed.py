"""What typed words do: danger first, then buttons by their words, then schools, places, topics."""

from dataclasses import replace

import pytest
from talk import MAGDEBURG, Talk, at_contact, offices, sending

from bot.core.messages import Command, Tone
from bot.core.taps import Move, Open
from bot.core.tree import Audience
from bot.core.typed import AHEAD, SURE

ACUTE = "ich will mich umbringen"


def alone(audience="Schüler:in"):
    return Talk().visitor().starts().taps(audience)


# ── Danger ──────────────────────────────────────────────────────────────────────────────────────


def test_danger_shows_help_first_and_the_talk_goes_on():
    kim = alone().says(ACUTE)
    first, second = kim.news
    assert first.tone is Tone.ALERT
    assert "112" in first.text
    assert second.choices or second.ways
    assert kim.requests == []


def test_danger_is_answered_each_time():
    kim = alone().says(ACUTE).says(ACUTE)
    assert kim.news[0].tone is Tone.ALERT


def test_a_concern_is_answered_once_in_a_walk_and_again_in_the_next():
    kim = alone()
    concern = next(e for e in kim.talk.k.lexicon.entries if e.level == 1 and e.examples)
    text = concern.examples[0]
    kim.says(text)
    assert kim.news[0].tone is Tone.ALERT
    kim.says(text)
    assert kim.news[0].tone is Tone.CALM
    kim.pushes(Move.MENU).says(text)
    assert kim.news[0].tone is Tone.ALERT


def test_danger_before_anything_is_known_is_answered_for_a_child():
    kim = Talk().visitor().says(ACUTE)
    assert kim.news[0].text.startswith(kim.talk.k.texts["danger_acute"].pupil)


def test_danger_far_inside_a_long_text_is_found():
    kim = alone().says("ach " * 2000 + ACUTE)
    assert kim.news[0].tone is Tone.ALERT


def test_danger_goes_on_with_the_request_and_in_the_request():
    _talk, kim, anna, _ = offices()
    sending(kim).says(ACUTE)
    assert kim.news[0].tone is Tone.ALERT
    assert kim.request.words[-1].text == ACUTE
    assert "ROT" in anna.text


# ── Buttons by their words ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["1", "Schüler:in", "ich bin schüler", "schülerin", "die erste"])
def test_a_button_may_be_typed(text):
    kim = Talk().visitor().starts().says(text)
    assert "Worum geht es?" in kim.text


def test_ways_out_have_no_number_but_their_words():
    kim = Talk().visitor().starts()
    number = len(kim.last.choices) + 1
    kim.says(str(number))
    assert "Diese Nummer gibt es hier nicht" in kim.text
    kim.says("hilfe jetzt")
    assert "112" in kim.text


def test_a_number_on_a_screen_without_choices_chooses_nothing():
    _talk, kim, *_ = offices()
    sending(kim).says("noch etwas")
    kim.says("1")
    assert kim.request.words[-1].text == "1"


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_nothing_typed_gets_a_kind_answer(text):
    assert alone().says(text).news


def test_an_edited_text_looks_for_a_topic_but_pushes_no_button():
    kim = Talk().visitor().starts().says("1", edited=True)
    assert kim.conversation.audience is None


# ── Schools and places ──────────────────────────────────────────────────────────────────────────


def test_a_school_is_found_by_its_name():
    kim = alone().pushes(Move.HUMAN).says("Thomas Müntzer Magdeburg")
    assert "Gewählt: Gemeinschaftsschule „Thomas Müntzer“" in kim.text
    assert kim.conversation.school == "ST-80"
    kim.taps("Zurück")
    assert kim.conversation.school is None


def test_equal_schools_ask_the_place():
    kim = alone().pushes(Move.HUMAN).says("Goethe")
    assert len(kim.labels) > 2


def test_a_school_that_nobody_knows_can_be_tried_again():
    kim = alone().pushes(Move.HUMAN).says("qqqq wwww")
    assert "finde ich nicht" in kim.text


def test_a_known_district_helps_to_find_the_school():
    kim = alone().pushes(Move.HUMAN).taps("Weiß ich nicht, steht nicht dabei").says("39104")
    assert "Gewählt: Magdeburg" in kim.text
    kim.taps("Andere Schule oder anderer Ort").says("Goethe")
    assert kim.labels


def test_a_place_that_nobody_knows_can_be_tried_again():
    kim = alone().pushes(Move.HUMAN).taps("Weiß ich nicht, steht nicht dabei").says("qqqq")
    assert "finde ich in Sachsen-Anhalt nicht" in kim.text


# ── Topics ──────────────────────────────────────────────────────────────────────────────────────


def judged(*found):
    """A talk whose understanding is certain of these topics."""

    class Index:
        def meant(self, said):
            return {}

        def chosen(self, meant, audience):
            return found

    talk = Talk()
    talk.k = replace(talk.k, topics=Index())
    return talk.visitor().starts().taps("Schüler:in")


class Counting:
    """Understands like the real one and counts how often a text is worked out."""

    def __init__(self, real):
        self.real, self.count = real, 0

    def meant(self, said):
        self.count += 1
        return self.real.meant(said)

    def chosen(self, meant, audience):
        return self.real.chosen(meant, audience)

    def found(self, text):
        self.count += 1
        return self.real.found(text)


def test_a_text_is_understood_once_a_turn():
    talk = Talk()
    lexicon = replace(talk.k.lexicon)
    lexicon.__dict__["ways"] = ways = Counting(talk.k.lexicon.ways)
    topics = Counting(talk.k.topics)
    talk.k = replace(talk.k, topics=topics, lexicon=lexicon)
    kim = talk.visitor().starts().taps("Schüler:in")
    for once, text in enumerate(("die anderen lachen mich aus", "bin total unten, weine nur"), 1):
        kim.says(text)
        assert (ways.count, topics.count) == (once, once)


def test_a_sure_topic_is_opened_and_named():
    kim = judged(("mobbing", SURE + 0.1)).says("bla")
    assert "Ich habe verstanden: Mobbing und Ausgrenzung" in kim.text


def test_two_likely_topics_are_both_offered():
    kim = judged(("mobbing", SURE + AHEAD / 2), ("familie", SURE)).says("bla")
    assert len(kim.labels) == 3
    kim.taps("Nichts davon")
    assert "Worum geht es?" in kim.text


def test_a_second_far_behind_does_not_disturb():
    kim = judged(("mobbing", 0.95), ("familie", 0.1)).says("bla")
    assert "Ich habe verstanden" in kim.text


def test_the_second_misunderstanding_offers_the_menu_and_a_person():
    kim = judged().says("bla").says("blubb")
    assert kim.labels == ["Menü", "Wer kann helfen?"]
    kim.says("noch immer")
    assert kim.labels == ["Menü", "Wer kann helfen?"]
    kim.taps("Menü").says("bla")
    assert "nicht verstanden" in kim.text


def test_nothing_typed_for_the_tree_is_kept():
    kim = alone().says("mein geheimnis").says("Sekundarschule geheimnis")
    store = kim.talk.store
    kept = b"".join([*store.conversations.values(), *store.refs.values()])
    assert b"geheimnis" not in kept


def test_a_topic_may_be_named_beside_an_open_request():
    _talk, kim, *_ = offices()
    sending(kim).taps("Menü").says("ich werde gemobbt")
    assert "Mobbing und Ausgrenzung" in kim.text
    kim.taps("Andere machen mich fertig")
    assert kim.conversation.held == ()
    assert len(kim.request.words) == 1


def test_what_names_a_topic_may_still_belong_to_the_open_request():
    _talk, kim, *_ = offices()
    sending(kim).taps("Menü").says("ich werde gemobbt")
    kim.taps(f"Gehört zu „{kim.request.name}“")
    assert kim.request.words[-1].text == "ich werde gemobbt"


def test_facts_stand_on_the_screens_that_name_them():
    talk = Talk()
    talk.staffed(MAGDEBURG, "anna", "bo")
    kim = at_contact(talk.visitor(), audience="familie")
    assert "Träger" in kim.text


# ── The ways out, on every screen ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["hilfe", "help", "bitte hilf mir", "hilf mir jetzt", "Notfall!"])
def test_help_is_understood_everywhere(text):
    for kim in (Talk().visitor().starts(), alone(), alone().pushes(Move.HUMAN)):
        assert kim.says(text).text.startswith("Dieser Bot ist kein Notruf")


def test_the_number_of_a_helpline_is_a_call_for_help():
    for text in ("112", "110", "116 111"):
        assert alone().says(text).text.startswith("Dieser Bot ist kein Notruf")


def test_what_may_be_meant_is_offered_beside_the_worry():
    kim = judged(("mobbing", 0.5))
    lexicon = kim.talk.k.lexicon
    texts = [text for entry in lexicon.entries for text in entry.examples]
    fears = ((text, kim.talk.k.heard(text).danger) for text in texts)
    kim.says(next(text for text, fear in fears if fear.level and not fear.plain))
    assert kim.news[0].tone is Tone.ALERT
    assert "Mobbing und Ausgrenzung" in kim.labels


@pytest.mark.parametrize(
    "text", ["mit einem menschen", "wer kann helfen", "anrufen", "telefonieren", "telefoniren"]
)
def test_a_person_is_understood_everywhere(text):
    kim = alone().pushes(Move.LANGUAGES).says(text)
    assert "Welche Schule" in kim.text or "Um welche Schule" in kim.text


@pytest.mark.parametrize("text", ["zurück", "zurük", "back", "Zurück!"])
def test_back_is_understood_on_a_screen_that_does_not_show_it(text):
    kim = alone().pushes(Move.HUMAN).pushes(Move.LANGUAGES).says(text)
    assert "Worum geht es?" in kim.text


@pytest.mark.parametrize("text", ["menü", "menu", "start", "menue"])
def test_the_menu_is_understood_everywhere(text):
    kim = alone().pushes(Move.HELP).says(text)
    assert "Worum geht es?" in kim.text


def test_the_candidates_lead_back_to_where_one_stands():
    kim = judged(("mobbing", 0.5), ("familie", 0.4))
    kim.says("bla").taps("Zurück")
    assert "Worum geht es?" in kim.text
    kim.says("bla").says("zurück")
    assert "Worum geht es?" in kim.text


# ── Small words and numbers ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["ja", "nein", "ok", "okay", "danke", "hm", "?", "👍"])
def test_small_words_never_look_for_a_topic(text):
    kim = judged(("mobbing", 0.99)).says(text)
    assert "Worum geht es?" in kim.text
    assert kim.conversation.answers == alone().conversation.answers


@pytest.mark.parametrize("text", ["ok", "danke", "?", "7", "-1"])
def test_small_words_and_strange_numbers_keep_the_candidates(text):
    kim = judged(("mobbing", 0.5), ("familie", 0.4)).says("bla")
    labels = kim.labels
    kim.says(text)
    assert kim.labels == labels


def test_no_is_none_of_the_candidates():
    kim = judged(("mobbing", 0.5)).says("bla").says("nein")
    assert "Worum geht es?" in kim.text


def test_yes_takes_the_only_candidate():
    kim = judged(("mobbing", 0.5)).says("bla").says("ja")
    assert kim.conversation.answers[-1].node.startswith("mobbing.")


def test_yes_to_several_candidates_asks_again():
    kim = judged(("mobbing", 0.5), ("familie", 0.4)).says("bla").says("ja")
    assert len(kim.labels) == 3


def test_yes_gives_a_held_text_to_the_only_request():
    _talk, kim, *_ = offices()
    sending(kim).taps("Menü").says("xyzzy plugh").says("ja")
    assert kim.request.words[-1].text == "xyzzy plugh"


def test_yes_beside_an_opened_topic_gives_nothing_to_a_request():
    _talk, kim, *_ = offices()
    sending(kim).taps("Menü").says("ich werde gemobbt").says("ja")
    assert len(kim.request.words) == 1


@pytest.mark.parametrize("text", ["7", "99", "-1", "0"])
def test_a_number_that_is_not_there_is_said_to_be_none(text):
    kim = Talk().visitor().starts().says(text)
    assert "Diese Nummer gibt es hier nicht" in kim.text
    assert kim.conversation.audience is None


def test_a_button_that_is_used_up_is_no_number_any_more():
    _talk, kim, *_ = offices()
    sending(kim).pushes(Move.REQUESTS)
    shown = kim.last
    kim.says("12")
    assert kim.labels == [button.label for button in shown.choices]


# ── After danger ────────────────────────────────────────────────────────────────────────────────


def test_after_danger_the_worrys_own_topic_is_offered():
    kim = judged().says(ACUTE)
    assert "nicht verstanden" not in kim.text
    assert any(isinstance(button.tap, Open) for button in kim.last.choices)


def test_after_danger_without_a_topic_of_its_own_one_calm_sentence_is_said():
    kim = judged()
    tree = kim.talk.k.tree
    topics = {name: replace(each, id=f"{name}-") for name, each in tree.topics.items()}
    kim.talk.k = replace(kim.talk.k, tree=replace(tree, topics=topics))
    kim.says(ACUTE)
    assert "Alles Weitere hat Zeit" in kim.text


@pytest.mark.parametrize("more", [(), ("Weiß ich nicht, steht nicht dabei",)])
def test_danger_is_no_name_of_a_school_or_place(more):
    kim = alone().pushes(Move.HUMAN).taps(*more).says(ACUTE)
    assert "finde ich" not in kim.text
    assert "Alles Weitere hat Zeit" in kim.text


# ── Schools and places, clearly meant or not at all ─────────────────────────────────────────────


def test_a_place_narrows_the_name_typed_before():
    kim = alone().pushes(Move.HUMAN).says("thomas müntzer")
    assert kim.conversation.sought == "thomas müntzer"
    kim.says("magdeburg")
    assert kim.conversation.school == "ST-80"
    assert kim.conversation.sought == ""


def test_a_name_kept_for_its_place_is_forgotten_on_leaving():
    kim = alone().pushes(Move.HUMAN).says("thomas müntzer").taps("Menü")
    assert kim.conversation.sought == ""


def test_a_place_that_narrows_to_several_keeps_the_name():
    kim = alone().pushes(Move.HUMAN).says("grundschule").says("thomas müntzer").says("halle")
    assert kim.conversation.school or kim.conversation.sought == "thomas müntzer"


def test_a_place_in_a_sentence_is_offered_and_not_taken():
    kim = alone().pushes(Move.HUMAN).taps("Weiß ich nicht, steht nicht dabei")
    kim.says("wir wohnen jetzt in wernigerode")
    assert "Harz" in kim.labels
    assert kim.says("ja").conversation.district == "harz"


def test_one_place_is_taken_at_once_and_can_be_taken_back():
    kim = alone().pushes(Move.HUMAN).taps("Weiß ich nicht, steht nicht dabei").says("magdeburg")
    assert "Gewählt: Magdeburg" in kim.text
    kim.says("zurück")
    assert kim.conversation.district is None


@pytest.mark.parametrize("more", [(), ("Weiß ich nicht, steht nicht dabei",)])
def test_the_second_miss_offers_every_district(more):
    kim = alone().pushes(Move.HUMAN).taps(*more).says("qxqxqx")
    kim.says("qyqyqy")
    assert {"Harz", "Magdeburg"} < set(kim.labels)
    assert any(label.startswith("Ohne") for label in kim.labels)
    kim.taps("Harz")
    assert kim.conversation.district == "harz"


# ── Who writes ──────────────────────────────────────────────────────────────────────────────────


def unknown(*found):
    """Somebody whose first words may mean these topics."""
    kim = judged(*found)
    return kim.commands(Command.NEW)


@pytest.mark.parametrize("text", ["schüler", "ich bin schülerin", "Schülerin"])
def test_who_somebody_is_leads_to_the_topic_they_named_before(text):
    kim = unknown(("mobbing", SURE + 0.05)).says("mobbing").says(text)
    assert kim.conversation.answers[-1].node
    assert "Andere machen mich fertig" in kim.labels


def test_who_somebody_is_opens_the_only_candidate():
    kim = unknown(("mobbing", 0.5)).says("mobbing").says("schüler")
    assert "Andere machen mich fertig" in kim.labels


def test_who_somebody_is_keeps_several_candidates_for_them():
    kim = unknown(("mobbing", 0.5), ("familie", 0.4)).says("bla").says("mutter")
    assert len(kim.labels) == 3
    assert kim.conversation.audience is Audience.GUARDIAN


def test_candidates_that_are_not_for_them_go():
    kim = unknown(("lehrkraft-service", 0.5)).says("bla").says("schüler")
    assert "Worum geht es?" in kim.text


def test_who_somebody_is_said_beside_other_screens():
    kim = Talk().visitor().starts().pushes(Move.LANGUAGES).says("lehrerin")
    assert kim.conversation.audience is Audience.TEACHER

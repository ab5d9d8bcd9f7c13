"""Every sentence the bot says of its own accord: its key, and the gaps it may have.

The words stand in ``knowledge/texts``; the check reports a key that is missing or that nobody
says, and a gap that nobody fills.
"""

from collections.abc import Iterable, Mapping

from bot.core.messages import Foreign
from bot.core.page_words import PAGE_TEXTS
from bot.core.posts import PostState, Step
from bot.core.records import Doing, Reason, Role
from bot.core.team_words import TEAM_TEXTS
from bot.core.tree import Audience

# What a node of a piece may say of the request being written or the one just sent.
PIECE_PLACEHOLDERS = frozenset({
    "post", "carrier", "promise", "why", "next_post", "next_carrier", "draft", "name", "channel",
    "wish", "kept",
})  # fmt: skip

_PLAIN = """
    act_by_word after_danger draft_gone draft_kept draft_there help_requests
    no_such_number requests_head requests_none said_no said_noise said_thanks said_yes thanked
    way_requests which_district words_back words_help words_human words_menu words_no words_noise
    words_requests words_thanks words_yes
    already_done apology button_gone card_alert card_contacts card_cut card_no_topic card_practice
    card_title card_undelivered card_who card_wish carrier_unknown changed channel_other
    channel_telegram coordination_for_families
    danger_acute danger_acute_other danger_concern danger_concern_other danger_nobody
    danger_not_stored danger_offer only_german desk_already_done desk_chatter desk_end
    desk_ended desk_erased desk_foreign desk_help desk_no_tree desk_not_yours district_unknown
    do_accept do_answer do_claim do_close do_consent do_give_back do_pause do_permission do_plan
    do_practice do_reply_discard do_reply_send draft_empty edited empty end_open_requests
    erased erased_requests_go_on foreign_button help invitation_bad invitation_open_requests
    language_unchecked languages list_empty no_contact_known no_contact_known_elsewhere
    no_number_known no_post nobody_now none_of_these not_understood not_understood_again offtopic
    permission_ask permission_recorded permission_unclear place_found place_unknown plan_ask
    plan_unclear practice_begins privacy_no_carrier request_over restored school_found
    school_unknown school_unsure school_which_place staff_only state_open state_overdue
    state_passed_on state_withdrawn state_yours step_done step_missing text_for_request too_long
    topics_found way_back way_help way_human way_languages way_menu way_on way_who_helps
    number_unclear window_unclear wish_friend wish_here wish_visit wish_call visit_unknown
    card_friend card_reach_visit card_reach_call
    erase_which erased_text do_erase do_withdraw_all do_erase_text do_ask_later will_ask
    do_contact_yes do_contact_no contact_yes contact_no contact_no_told
    translation_unchecked tree_in_german teaser way_news no_news words_news
    web_none web_news
    deadline_open deadline_other deadline_strict deadline_unclear deadline_undated
    do_tour do_tour_on do_tour_skip do_tour_done tour_1 tour_2 tour_3 tour_4 tour_5 tour_end
    preview_ask preview_not_for
    menu_emergency menu_help menu_back menu_new menu_language menu_web menu_privacy menu_erase
    menu_end
    way_helped way_pass_on helped_ask do_helped do_not_helped helped_thanks not_helped
    not_helped_person pass_on_how pass_on_sources pass_on_contacts
    way_wrong wrong_which wrong_thanks wrong_phone wrong_email wrong_address wrong_room wrong_hours
    wrong_website wrong_other
    do_entry do_entry_change do_entry_more do_entry_yes entry_thanks entry_unknown entry_which
    entry_phone entry_email entry_hours entry_room
    entry_phone_ask entry_email_ask entry_hours_ask entry_room_ask
    entry_phone_unclear entry_email_unclear entry_hours_unclear entry_room_unclear
    desk_left do_cancel do_hand_over do_block do_unblock do_undo do_nobody_named undo_too_late
    do_hand_over_yes do_hand_over_no answer_in_german state_asked do_snippets do_ask_colleague
    reply_simple counsel_not_now counsel_dropped do_counsel_answer
    do_glass do_glass_join do_glass_send do_glass_show glass_not_now
    desk_in_web words_in_web emptied telegram_ask do_telegram do_telegram_no do_telegram_notice
    do_telegram_text telegram_no telegram_notice telegram_text list_in_web
    list_head_bare list_hidden list_who_pupil list_who_guardian list_who_teacher list_reach_here
    list_reach_visit list_reach_call do_list_on do_list_back
    list_overdue list_red plan_none who_first
"""
# Who is there and who is not (away, quiet, opening, closed_days, deputies, reckoning).
_PRESENCE = """
    mail_ask mail_bounced mail_code_over mail_code_sent mail_code_wrong mail_enough mail_is_off
    mail_is_on mail_none mail_off mail_on mail_public mail_taken mail_unclear
    closed_ask closed_unclear deputy_recorded do_deputy do_deputy_nobody plan_which
    presence_emptied presence_filled presence_left presence_no_plan
    presence_not_yours presence_here presence_returned presence_until_ask presence_until_unclear
    presence_whose quiet_ask quiet_digest quiet_none quiet_unclear return_nothing words_away
"""
_DO_PRESENCE = """
    today week until back full free quiet quiet_off quiet_plan other closed mail mail_off
"""
_PRESENCE_GAPS = {
    "absent_ask": "next carrier promise",
    "absent_later": "name post promise",
    "absent_moved": "name before post promise",
    "closed_reopened": "days count",
    "closed_set": "days count",
    "deputy_ask": "post",
    "deputy_begins": "post",
    "deputy_no_longer": "post member",
    "deputy_none_there": "post",
    "deputy_you": "post member",
    "deputy_you_notice": "post member",
    "digest_head": "count",
    "do_presence_close": "name days",
    "do_presence_reopen": "name days",
    "due_soon": "name due",
    "full_over": "post",
    "mail_code": "code",
    "mail_link": "link",
    "mail_notice": "link",
    "nobody_opened": "post",
    "post_unreached": "post",
    "presence_away": "until",
    "presence_by_absent": "member until",
    "presence_by_full": "member until",
    "presence_by_not_full": "member until",
    "presence_by_present": "member until",
    "presence_full": "until",
    "presence_of": "label",
    "presence_own": "label",
    "presence_post": "post plan",
    "quiet_digest_at": "at",
    "quiet_hours": "hours",
    "return_head": "count",
}
_OPERATOR = "name address email privacy"
_GAPS = {
    "answer": "name post text",
    "card_about": "who topic",
    "card_district": "district",
    "card_due": "due",
    "card_head": "name",
    "card_language": "language",
    "card_school": "school",
    "card_interpreter": "line",
    "card_speaks": "language",
    "card_topic": "topic",
    "card_number": "number",
    "card_where": "school",
    "card_window": "hours",
    "claimed_by_other": "name member",
    "close_why": "name",
    "closed": "name post kept",
    "closed_answered": "name post kept",
    "closed_desk": "name kept",
    "danger_live": "post promise",
    "check_overdue": "day",
    "content_version": "version",
    "pass_on_head": "topic",
    "pass_on_more": "link",
    "profile_description": "emergency phone hours cost site",
    "profile_short": "emergency phone hours site",
    "deadline_due": "day",
    "deadline_file": "file",
    "deadline_head": "day",
    "deadline_no_school": "day",
    "deadline_past": "day",
    "deadline_safe": "day",
    "deadline_source": "source date",
    "deadline_today": "step",
    "desk_privacy": f"{_OPERATOR} kept",
    "do_join": "name",
    "request_full": "name",
    "many_today": "until",
    "do_reply_to": "name",
    "do_withdraw": "name",
    "entry_applied": "field value",
    "entry_ask": "entry",
    "entry_pending": "field value",
    "entry_proposed": "field value",
    "entry_rejected": "field value",
    "do_write": "name",
    "withdrawn_desk": "name",
    "contact_missing": "name",
    "contact_asked": "name",
    "foreign": "what",
    "given_back": "name",
    "hand_over_ask": "name before post carrier",
    "hand_over_asked": "name post",
    "hand_over_asks": "post carrier",
    "hand_over_declined": "name post",
    "hand_over_free": "post carrier",
    "hand_over_gone": "name post",
    "hand_over_nobody": "name",
    "hand_over_stays": "name",
    "hand_over_where": "name",
    "handed_over": "name before post carrier promise",
    "handed_over_desk": "name post",
    "blocked_desk": "name",
    "held_block": "name",
    "held_close": "name",
    "held_first": "name",
    "held_hand_over": "name",
    "held_reply": "name",
    "held_stopped": "name",
    "join_next": "name",
    "answer_in_web": "name",
    "words_in_web_of": "name",
    "joined_silenced": "name until",
    "passed_to_whom": "name",
    "reply_foreign": "language",
    "silence_over": "name",
    "glass_write": "name",
    "glass_preview": "name text",
    "glass_nobody": "name",
    "glass_waits": "name until",
    "glass_asked": "name members until",
    "glass_please": "name member post until",
    "glass_seen": "name address members until",
    "glass_none": "name",
    "glass_expired": "name",
    "counsel_whom": "name",
    "counsel_nobody": "name",
    "counsel_write": "member",
    "counsel_preview": "member text",
    "counsel_sent": "member",
    "counsel_asked": "member name text words",
    "counsel_answered": "member name text",
    "silenced": "name until",
    "snippets_which": "name",
    "state_passed_to": "to",
    "state_silenced": "until",
    "unblocked_desk": "name",
    "undone": "name",
    "undone_text": "name text",
    "waits_elsewhere": "name post",
    "joined": "name",
    "joined_promise": "name promise",
    "list_head": "count",
    "list_row": "name who topic due",
    "list_line": "name who facts",
    "list_which": "word",
    "outage": "since until",
    "overdue_elsewhere": "name post",
    "overdue_fact": "since who district post",
    "overdue_here": "name",
    "plan_now": "plan",
    "plan_recorded": "plan",
    "post_head": "post carrier",
    "ended": "kept",
    "privacy": f"{_OPERATOR} carriers channel kept",
    "promise_broken": "name post promise",
    "promise_broken_ask": "name before post carrier",
    "promise_corrected": "name promise",
    "promise_moved": "name before post promise",
    "preview_as": "who",
    "preview_draft": "node who",
    "preview_gate": "node what",
    "preview_head": "node who",
    "preview_unknown": "what",
    "quiet_closed": "name",
    "read": "name post promise",
    "request_row": "name post promise sent",
    "request_row_read": "name post promise sent read",
    "request_row_answered": "name post",
    "request_row_overdue": "name post sent",
    "request_row_silenced": "name post until",
    "reply_discarded": "name",
    "reply_preview": "name text",
    "reply_sent": "name",
    "reply_write": "name",
    "state_closed": "reason",
    "state_taken": "member",
    "taken": "label",
    "tour_place": "number all",
    "topic_understood": "topic",
    "visitor_wrote": "name text",
    "web_link": "link",
    "web_only": "link",
    "web_only_news": "link",
    "web_desk": "link",
    "web_card": "link",
    "welcome_member": "label posts",
    "whole_text": "name text",
    "wish_number": "number",
    "wish_window": "hours",
    "wrong_line": "name",
    "writing_now": "name",
}


def _each(prefix: str, names: Iterable[str]) -> dict[str, frozenset[str]]:
    return {f"{prefix}_{name}": frozenset() for name in names}


TEXTS: Mapping[str, frozenset[str]] = {
    **{key: frozenset() for key in _PLAIN.split()},
    **{key: frozenset(gaps.split()) for key, gaps in (_GAPS | _PRESENCE_GAPS).items()},
    **{key: frozenset() for key in _PRESENCE.split()},
    **_each("do_presence", _DO_PRESENCE.split()),
    **_each("foreign", (kind.value for kind in Foreign if kind is not Foreign.BUTTON)),
    **_each("post", (state.value for state in PostState)),
    **_each("step", (step.value for step in Step)),
    **_each("role", (role.value for role in Role)),
    **_each("reason", (reason.name.lower() for reason in Reason)),
    **_each("who", (audience.value for audience in Audience)),
    **TEAM_TEXTS,
    **PAGE_TEXTS,
    "wrote_visitor": frozenset({"text"}),
    "wrote_member": frozenset({"text"}),
    "wrote_held": frozenset({"text"}),
    **_each("state_held", (doing.value for doing in Doing)),
}

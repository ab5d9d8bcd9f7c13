"""The sentences of the web pages around a conversation; see ``words``."""

from collections.abc import Mapping

TROUBLES = (400, 403, 404, 405, 408, 413, 415, 421, 429, 500, 503)  # the answers that are none

_PAGE = """
    skip_new skip_write always leave shift off on copy copied print
    talk messages welcome newest news earlier choices earlier_buttons running begin_anew
    write send sending failed offline send_again more privacy start_over empty end
    remember remember_yes know know_server know_browser know_device have_words
    device yes no device_yes device_no device_then device_back
    words words_lost words_once words_way words_written
    back back_six back_open back_hint back_none back_unknown
    onward onward_what onward_only onward_replaces onward_spent first
    lines lines_danger lines_always lines_young lines_grown chat
    unreadable text try_again
    desk desk_idle desk_stay desk_tools desk_list desk_post desk_hours desk_help desk_nothing
    desk_write desk_preview desk_factor desk_leave_all desk_lasts desk_keys desk_keys_hint
    desk_keys_new desk_keys_write desk_keys_button desk_keys_off desk_keys_on desk_close
    desk_leave desk_join desk_unsent desk_invited desk_accept desk_code desk_enter desk_paste
    desk_by_mail desk_visitors desk_refused desk_ended desk_welcome desk_key desk_key_what
    desk_onward desk_to desk_codes desk_codes_what desk_factor_on desk_factor_drop
    desk_factor_needed desk_factor_free desk_factor_first desk_factor_then desk_factor_code
    desk_factor_later desk_factor_either desk_factor_again desk_factor_wrong desk_link
    desk_link_lasts desk_link_address desk_link_send desk_link_key desk_link_once
    desk_link_spent desk_link_sent
"""
_GAPS = {"know_emergency": "number", "back_wait": "minutes"}

PAGE_TEXTS: Mapping[str, frozenset[str]] = {
    **{f"page_{name}": frozenset() for name in _PAGE.split()},
    **{f"page_trouble_{status}": frozenset() for status in TROUBLES},
    **{f"page_{name}": frozenset(gaps.split()) for name, gaps in _GAPS.items()},
}

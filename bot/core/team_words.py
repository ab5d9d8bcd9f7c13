"""The sentences about people of the desk: joining, leaving, rights; see ``words``."""

from collections.abc import Mapping

_SAID = """
    not_your_role: role
    post_not_yours:
    guess_wait: until
    invitation_other_role:
    admission_code: code
    admission_asked: label
    admission_over:
    admission_wrong: label left
    admission_ended: label
    admission_rejected:
    admitted: label
    admit_ask: label
    do_admit: label
    do_reject: label
    do_remove: label
    do_remove_yes: label
    do_factor_reset: label
    factor_reset: label
    factor_was_reset:
    do_invite_new:
    do_invite_office_worker:
    do_invite_office_coordinator:
    do_invite_school:
    do_invite_void: label
    do_team_page:
    team_head: people
    team_nobody:
    where_school: school
    team_row: label role where
    team_pending: label
    team_invited: label where until
    invite_not_yours:
    invite_kinds:
    invite_where:
    invite_school_ask:
    invite_school_found:
    invite_school_unknown:
    invite_name_ask: where
    invite_made: label where links until
    invite_voided: label
    remove_ask: label
    removed: label
    post_taken: posts
    access_ended:
    card_gone:
    situation_head:
    situation_calm:
    situation_not_yours:
    situation_late: post count
    situation_not_live: post why
    situation_switched:
    situation_alone: post
    situation_ends: post day
    situation_unconfirmed: post
    situation_invited: where until
    situation_lapsed: where until
    situation_wrong: count
    situation_not_helped: screen count yes
    situation_found_nobody: count
"""

TEAM_TEXTS: Mapping[str, frozenset[str]] = {
    key.strip(): frozenset(gaps.split())
    for key, _, gaps in (line.partition(":") for line in _SAID.split("\n") if line.strip())
}

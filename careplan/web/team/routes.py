"""The desk's addresses, all on one page; each view says for itself who it is for."""

from __future__ import annotations

from flask import Blueprint

from careplan.plan.care_plan import CLINICAL
from careplan.web.team.annotations import answer_wrong, wrong
from careplan.web.team.entering import enter, take_back
from careplan.web.team.erasing import erasure
from careplan.web.team.handing_over import handover, handovers
from careplan.web.team.helpers import (
    change_helper,
    helpers,
    let_in,
    private_done,
    private_messages,
    reviewed,
)
from careplan.web.team.identity import identity
from careplan.web.team.inviting import invite, invited, invited_report
from careplan.web.team.link import link
from careplan.web.team.links import links, lost_card, posted, swap_link, turn_link_off
from careplan.web.team.members import member, members
from careplan.web.team.overview import overview
from careplan.web.team.partners import let_partner_in, partner, partner_keys, partners
from careplan.web.team.people import people
from careplan.web.team.printing import print_copy, print_paper
from careplan.web.team.received import (
    all_received,
    place_received,
    put_received_away,
    put_unplaced_away,
    received,
    received_document,
    take_received,
    unplaced_document,
)
from careplan.web.team.recovery import let_in_again, let_member_in_again
from careplan.web.team.replies import all_replies, replies
from careplan.web.team.reports import report, reports, write_report
from careplan.web.team.section import section
from careplan.web.team.signing import sign
from careplan.web.team.signing_again import sign_unchanged
from careplan.web.team.stopping import stop
from careplan.web.team.versions import side_by_side, version, versions

team = Blueprint("team", __name__)

BOTH = ("GET", "POST")
_PLAN = "/team/<uuid:patient_id>"
_SECTIONS = ", ".join(f'"{name.replace("_", "-")}"' for name in CLINICAL)

team.add_url_rule("/team", view_func=people, methods=BOTH)
team.add_url_rule("/team/link", view_func=link, methods=BOTH)
team.add_url_rule("/team/invite", view_func=invite, methods=BOTH)
team.add_url_rule("/team/invite/<uuid:batch_id>", view_func=invited)
team.add_url_rule("/team/invite/<uuid:batch_id>/report.csv", view_func=invited_report)
team.add_url_rule("/team/members", view_func=members)
team.add_url_rule("/team/members/new", view_func=enter, methods=BOTH)
team.add_url_rule(
    "/team/members/invited/<uuid:invitation_id>/take-back", view_func=take_back, methods=("POST",)
)
team.add_url_rule("/team/members/<uuid:account_id>", view_func=member, methods=BOTH)
team.add_url_rule(
    "/team/members/<uuid:account_id>/cannot-get-in", view_func=let_member_in_again, methods=BOTH
)
team.add_url_rule("/team/partners", view_func=partners)
team.add_url_rule("/team/partners/new", view_func=let_partner_in, methods=BOTH)
team.add_url_rule("/team/partners/<uuid:partner_id>", view_func=partner, methods=BOTH)
team.add_url_rule("/team/partners/<uuid:partner_id>/keys", view_func=partner_keys, methods=BOTH)
team.add_url_rule("/team/private", view_func=private_messages)
team.add_url_rule("/team/handovers", view_func=handovers)
team.add_url_rule("/team/replies", view_func=all_replies)
team.add_url_rule("/team/reports", view_func=reports)
team.add_url_rule("/team/received", view_func=all_received)
team.add_url_rule("/team/received/<uuid:received_id>", view_func=unplaced_document)
team.add_url_rule(
    "/team/received/<uuid:received_id>/place", view_func=place_received, methods=("POST",)
)
team.add_url_rule(
    "/team/received/<uuid:received_id>/put-away", view_func=put_unplaced_away, methods=("POST",)
)
team.add_url_rule(_PLAN, view_func=overview)
team.add_url_rule(f"{_PLAN}/received", view_func=received)
team.add_url_rule(f"{_PLAN}/received/<uuid:received_id>", view_func=received_document)
team.add_url_rule(
    f"{_PLAN}/received/<uuid:received_id>/take", view_func=take_received, methods=("POST",)
)
team.add_url_rule(
    f"{_PLAN}/received/<uuid:received_id>/put-away", view_func=put_received_away, methods=("POST",)
)
team.add_url_rule(f"{_PLAN}/reports/<uuid:report_id>", view_func=report)
team.add_url_rule(f"{_PLAN}/write-report", view_func=write_report, methods=BOTH)
team.add_url_rule(f"{_PLAN}/cannot-get-in", view_func=let_in_again, methods=BOTH)
team.add_url_rule(f"{_PLAN}/helpers", view_func=helpers)
team.add_url_rule(f"{_PLAN}/helpers/let-in", view_func=let_in, methods=BOTH)
team.add_url_rule(f"{_PLAN}/helpers/reviewed", view_func=reviewed, methods=("POST",))
team.add_url_rule(
    f"{_PLAN}/helpers/<uuid:grant_id>/<any(suspend, restore, end, confirm):deed>",
    view_func=change_helper,
    methods=("POST",),
)
team.add_url_rule(f"{_PLAN}/private/<uuid:note_id>", view_func=private_done, methods=("POST",))
team.add_url_rule(f"{_PLAN}/handover", view_func=handover, methods=BOTH)
team.add_url_rule(f"{_PLAN}/wrong", view_func=wrong)
team.add_url_rule(f"{_PLAN}/wrong/<uuid:note_id>", view_func=answer_wrong, methods=["POST"])
team.add_url_rule(f"{_PLAN}/erasure", view_func=erasure, methods=BOTH)
team.add_url_rule(f"{_PLAN}/<any({_SECTIONS}):section>", view_func=section, methods=BOTH)
team.add_url_rule(f"{_PLAN}/sign", view_func=sign, methods=BOTH)
team.add_url_rule(f"{_PLAN}/sign-again", view_func=sign_unchanged, methods=BOTH)
team.add_url_rule(f"{_PLAN}/identity", view_func=identity, methods=BOTH)
team.add_url_rule(f"{_PLAN}/stop", view_func=stop, methods=BOTH)
team.add_url_rule(
    f'{_PLAN}/print/<any(page, card, "private-card"):kind>',
    view_func=print_paper,
    methods=("POST",),
)
team.add_url_rule(
    f"{_PLAN}/copy/<any(large, school, gp, ambulance):copy>",
    view_func=print_copy,
    methods=("POST",),
)
team.add_url_rule(f"{_PLAN}/links", view_func=links)
team.add_url_rule(f"{_PLAN}/links/lost", view_func=lost_card, methods=("POST",))
team.add_url_rule(
    f"{_PLAN}/links/<uuid:link_id>/turn-off", view_func=turn_link_off, methods=("POST",)
)
team.add_url_rule(f"{_PLAN}/links/<uuid:link_id>/replace", view_func=swap_link, methods=("POST",))
team.add_url_rule(f"{_PLAN}/posted/<uuid:errand_id>", view_func=posted, methods=("POST",))
team.add_url_rule(f"{_PLAN}/replies", view_func=replies)
team.add_url_rule(f"{_PLAN}/versions", view_func=versions)
team.add_url_rule(f"{_PLAN}/versions/side-by-side", view_func=side_by_side)
team.add_url_rule(f"{_PLAN}/versions/<int:number>", view_func=version)

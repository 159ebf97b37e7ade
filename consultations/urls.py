"""Addresses of this app."""

from django.urls import path

from consultations.views import desk_many, desk_replies, desk_silent, late
from consultations.views import desk, desk_organisations, desk_points, drafts, people, public, sessions, stakeholder

urlpatterns = [
    path("inputs/", public.inputs, name="inputs"),
    path("privacy/", public.privacy, name="privacy"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("submit/", stakeholder.submit, name="submit"),
    path("submit/<uuid:key>/", stakeholder.draft, name="draft"),
    path("submit/<uuid:key>/save/", drafts.draft_save, name="draft_save"),
    path("submit/<uuid:key>/preview/", drafts.draft_preview, name="draft_preview"),
    path("submit/<uuid:key>/sign-off/", drafts.sign_off, name="sign_off"),
    path("submit/<uuid:key>/late/", late.ask_late, name="ask_late"),
    path("receipts/<str:reference>/", stakeholder.receipt, name="receipt"),
    path("organisations/register/", people.register_organisation, name="register_organisation"),
    path("organisations/join/<str:token>/", people.join_organisation, name="join_organisation"),
    path("organisations/<int:pk>/invite/", people.invite_officer, name="invite_officer"),
    path("organisations/<int:pk>/sign-off/", people.sign_off_rule, name="sign_off_rule"),
    path("organisations/<int:pk>/people/<int:membership>/end/", people.end_membership, name="end_membership"),
    path("sessions/<int:pk>/points/", sessions.session_points, name="session_points"),
    path("sessions/<int:pk>/points/hand-in/", sessions.session_hand_in, name="session_hand_in"),
    path("sessions/<int:pk>/points/<int:number>/<slug:verb>/", sessions.session_point_move, name="session_point_move"),
    path("desk/inputs/", desk.desk_inputs, name="desk_inputs"),
    path("desk/inputs/together/", desk_many.desk_bulk, name="desk_bulk"),
    path("desk/late/", late.late_inputs, name="late_inputs"),
    path("desk/late/<uuid:key>/<slug:verb>/", late.late_input_move, name="late_input_move"),
    path("desk/non-responses/", desk_silent.non_responses, name="non_responses"),
    path("desk/non-responses/<slug:slug>/", desk_silent.non_responses_letters, name="non_responses_letters"),
    path("desk/replies/", desk_replies.desk_replies, name="desk_replies"),
    path("desk/replies/<int:pk>/", desk_replies.desk_reply, name="desk_reply"),
    path("desk/inputs/<uuid:key>/", desk.desk_input, name="desk_input"),
    path("desk/inputs/<uuid:key>/points/", desk.desk_input_split, name="desk_input_split"),
    path("desk/inputs/<uuid:key>/notes/", desk.desk_note, name="desk_note"),
    path("desk/inputs/<uuid:key>/assign/", desk.desk_assign, name="desk_assign"),
    path("desk/inputs/<uuid:key>/<slug:verb>/", desk.desk_input_move, name="desk_input_move"),
    path("desk/points/", desk_points.desk_points, name="desk_points"),
    path("desk/points/<str:reference>/", desk_points.desk_point, name="desk_point"),
    path("desk/points/<str:reference>/merge/", desk_points.desk_point_merge, name="desk_point_merge"),
    path("desk/points/<str:reference>/<slug:verb>/", desk_points.desk_point_move, name="desk_point_move"),
    path("desk/organisations/", desk_organisations.desk_organisations, name="desk_organisations"),
    path("desk/organisations/<int:pk>/", desk_organisations.desk_organisation, name="desk_organisation"),
    path(
        "desk/organisations/<int:pk>/<slug:verb>/",
        desk_organisations.desk_organisation_move,
        name="desk_organisation_move",
    ),
]

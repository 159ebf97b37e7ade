"""Addresses of this app."""

from django.urls import path

from positions.views import (
    adoption,
    clearance,
    home,
    paper_moves,
    public_forums,
    public_inputs,
    public_papers,
    public_themes,
    public_verify,
    roles,
    stakeholder,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("themes/<slug:code>/", public_themes.show, name="theme"),
    path("inputs/<str:reference>/", public_inputs.show, name="input"),
    path("forums/<slug:slug>/", public_forums.show, name="forum"),
    path("papers/", public_papers.papers, name="papers"),
    path("papers/<slug:slug>/", public_papers.paper, name="paper"),
    path("papers/<slug:slug>/<str:number>/", public_papers.paper_edition, name="paper_edition"),
    path("papers/<slug:slug>/<str:number>/position-paper.pdf", public_papers.edition_pdf, name="edition_pdf"),
    path("papers/<slug:slug>/<str:number>/position-paper.json", public_papers.edition_json, name="edition_json"),
    path("verify/", public_verify.verify, name="verify"),
    path("verify/<str:sha256>/", public_verify.verify_hash, name="verify_hash"),
    path("roles/", roles.show, name="roles"),
    path("my-organisation/", stakeholder.my_organisation, name="my_organisation"),
    path("my-organisation/inputs/<uuid:key>/", stakeholder.my_input, name="my_input"),
    path("my-organisation/inputs/<uuid:key>/<slug:verb>/", stakeholder.my_input_move, name="my_input_move"),
    path("clearances/", clearance.clearances, name="clearances"),
    path("clearances/<int:pk>/", clearance.clearance, name="clearance"),
    path("clearances/<int:pk>/agree/", clearance.clearance_agree, name="clearance_agree"),
    path("clearances/<int:pk>/silence/", clearance.clearance_silence, name="clearance_silence"),
    path("clearances/<int:pk>/<uuid:key>/", clearance.clearance_stance, name="clearance_stance"),
    path("desk/papers/<slug:slug>/moves/<slug:verb>/", paper_moves.desk_paper_move, name="desk_paper_move"),
    path("desk/papers/<slug:slug>/clearance/", clearance.desk_clearance, name="desk_clearance"),
    path("desk/papers/<slug:slug>/adoption/", adoption.desk_adoption, name="desk_adoption"),
    path("desk/papers/<slug:slug>/adoption/quorum/", adoption.desk_quorum, name="desk_quorum"),
    path("desk/papers/<slug:slug>/adoption/reservations/", adoption.desk_reservation, name="desk_reservation"),
    path(
        "desk/papers/<slug:slug>/adoption/reservations/<int:pk>/withdraw/",
        adoption.desk_reservation_withdraw,
        name="desk_reservation_withdraw",
    ),
    path("desk/papers/<slug:slug>/publication/", adoption.desk_publication, name="desk_publication"),
    path("desk/papers/<slug:slug>/publication/files/", adoption.desk_files, name="desk_files"),
]

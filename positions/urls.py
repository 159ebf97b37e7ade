"""Addresses of this app."""

from django.urls import path

from positions.views import home, public_forums, public_inputs, public_papers, public_themes, public_verify, roles

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
]

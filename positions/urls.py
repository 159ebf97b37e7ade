"""Addresses of this app."""

from django.urls import path

from positions.views import home, public_forums, public_inputs, public_themes

urlpatterns = [
    path("", home.home, name="home"),
    path("themes/<slug:code>/", public_themes.show, name="theme"),
    path("inputs/<str:reference>/", public_inputs.show, name="input"),
    path("forums/<slug:slug>/", public_forums.show, name="forum"),
]

"""Addresses of this app."""

from django.urls import path

from consultations.views import public

urlpatterns = [
    path("inputs/", public.inputs, name="inputs"),
    path("privacy/", public.privacy, name="privacy"),
    path("accessibility/", public.accessibility, name="accessibility"),
]

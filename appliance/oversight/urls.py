"""The auditor's pages."""

from django.urls import path

from appliance.oversight import views

urlpatterns = [
    path("", views.trail, name="audit"),
    path("entries/<uuid:event_id>/", views.entry, name="audit-entry"),
    path("export/", views.export_page, name="audit-export"),
    path("export/pack/", views.export_pack, name="audit-pack"),
    path("export/checkpoint/", views.checkpoint, name="audit-checkpoint"),
]

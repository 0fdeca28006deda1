"""The addresses of the customer's pages."""

from django.urls import path

from appliance.channels import views

urlpatterns = [
    path("chat/", views.chat, name="chat"),
    path("widget/", views.widget, name="widget"),
    path("widget/demo/", views.widget_demo, name="widget-demo"),
    path("widget.js", views.widget_loader, name="widget-loader"),
]

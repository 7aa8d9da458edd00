"""Addresses under /ogc."""

from django.urls import path

from townops.sharing.ogc import views

urlpatterns = [
    path("", views.landing),
    path("conformance", views.conformance),
    path("api", views.api),
    path("collections", views.collections),
    path("collections/<str:name>", views.collection),
    path("collections/<str:name>/items", views.items),
    path("collections/<str:name>/items/<str:feature>", views.item),
]

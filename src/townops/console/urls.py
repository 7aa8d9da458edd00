"""Addresses of the desk."""

from django.urls import path

from townops.console.views import home, listing, order, register, signing

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("signin", signing.sign_in, name="signin"),
    path("signout", signing.sign_out, name="signout"),
    path("password", signing.password, name="password"),
    path("orders", listing.listing, name="orders"),
    path("orders/<str:number>", order.order, name="order"),
    path("orders/<str:number>/steps/<str:name>", order.step, name="step"),
    path("orders/<str:number>/contact", order.reveal, name="reveal"),
    path("orders/<str:number>/files/<int:file>", order.attachment, name="attachment"),
    path("register", register.register, name="register"),
    path("places", order.places, name="places"),
]

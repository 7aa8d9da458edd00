"""Addresses of the desk."""

from django.urls import path

from townops.console.views import (
    catalogue,
    dispatch,
    home,
    importing,
    listing,
    order,
    register,
    session,
    signing,
    upward,
)

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("handed/<int:handover>", home.handed, name="handed"),
    path("signin", signing.sign_in, name="signin"),
    path("signout", signing.sign_out, name="signout"),
    path("password", signing.password, name="password"),
    path("orders", listing.listing, name="orders"),
    path("orders/<str:number>", order.order, name="order"),
    path("orders/<str:number>/steps/<str:name>", order.step, name="step"),
    path("orders/<str:number>/contact", order.reveal, name="reveal"),
    path("orders/<str:number>/files/<int:file>", order.attachment, name="attachment"),
    path("upward", upward.queue, name="upward"),
    path("upward/batch", upward.batch, name="batch"),
    path("upward/batch/<str:number>", upward.batch_file, name="batch-file"),
    path("upward/answers", upward.answers, name="answers"),
    path("upward/compare", upward.compare, name="compare"),
    path("upward/<str:number>/<int:seq>", upward.mark, name="mark"),
    path("catalogue", catalogue.browse, name="catalogue"),
    path("catalogue/import", catalogue.take_in, name="catalogue-import"),
    path("catalogue/<int:version>", catalogue.version_file, name="catalogue-file"),
    path("dispatch", dispatch.browse, name="dispatch"),
    path("dispatch/import", dispatch.take_in, name="dispatch-import"),
    path("dispatch/<int:rule_set>", dispatch.rules_file, name="dispatch-file"),
    path("imports", importing.browse, name="imports"),
    path("imports/file", importing.take_in, name="import-file"),
    path("imports/<int:payload>/replay", importing.replay, name="import-replay"),
    path("imports/<int:payload>/errors", importing.errors, name="import-errors"),
    path("imports/messages/<int:message>", importing.replay_message, name="message-replay"),
    path("session", session.session, name="session"),
    path("register", register.register, name="register"),
    path("callers", register.callers, name="callers"),
    path("places", order.places, name="places"),
]

"""Addresses of the desk."""

from django.urls import path

from townops.console.views import home, listing, mine, order, register, roles, session, signing, staff, upward

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
    path("mine", mine.listing, name="mine"),
    path("mine/<str:number>", mine.report, name="my-report"),
    path("upward", upward.queue, name="upward"),
    path("upward/batch", upward.batch, name="batch"),
    path("upward/batch/<str:number>", upward.batch_file, name="batch-file"),
    path("upward/answers", upward.answers, name="answers"),
    path("upward/compare", upward.compare, name="compare"),
    path("upward/<str:number>/<int:seq>", upward.mark, name="mark"),
    path("session", session.session, name="session"),
    path("register", register.register, name="register"),
    path("people", staff.posts, name="people"),
    path("people/new", staff.new, name="person-new"),
    path("people/account", staff.account, name="account"),
    path("people/workbook", staff.workbook, name="workbook"),
    path("people/posts/<int:number>", staff.post, name="post"),
    path("roles", roles.roles, name="roles"),
    path("callers", register.callers, name="callers"),
    path("places", order.places, name="places"),
]

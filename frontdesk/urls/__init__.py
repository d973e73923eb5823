"""Every address of the product: one include a subject."""

from django.urls import include, path

urlpatterns = [
    path("", include("frontdesk.urls.health")),
    path("", include("frontdesk.urls.webhooks")),
    path("", include("frontdesk.urls.accounts")),
    path("", include("frontdesk.urls.calendar")),
    path("", include("frontdesk.urls.payments")),
    path("", include("frontdesk.urls.booking")),
    path("", include("frontdesk.urls.clients")),
    path("", include("frontdesk.urls.cash")),
    path("", include("frontdesk.urls.board")),
    path("", include("frontdesk.urls.schedule")),
    path("", include("frontdesk.urls.messages")),
    path("", include("frontdesk.urls.pay")),
]

handler400 = "frontdesk.views.errors.bad_request"
handler403 = "frontdesk.views.errors.forbidden"
handler404 = "frontdesk.views.errors.not_found"
handler500 = "frontdesk.views.errors.server_error"

from django.urls import path

from frontdesk.views import messages, outbox

urlpatterns = [
    path("messages/", messages.message_list, name="messages"),
    path("messages/<int:pk>/send/", messages.send_again, name="message_send"),
    path("demo/outbox/", outbox.outbox, name="demo_outbox"),
    path("demo/outbox/<slug:name>/", outbox.mail, name="demo_mail"),
]

from django.urls import path

from frontdesk.views import clients, search

urlpatterns = [
    path("search/", search.search, name="search"),
    path("clients/", clients.client_list, name="clients"),
    path("clients/new/", clients.new, name="client_new"),
    path("clients/same-phone/", clients.same_phone, name="client_same_phone"),
    path("clients/<int:pk>/", clients.client, name="client"),
    path("clients/<int:pk>/edit/", clients.edit, name="client_edit"),
    path("clients/<int:pk>/alert/", clients.set_alert, name="client_alert"),
    path("clients/<int:pk>/consents/", clients.record_consent, name="client_consents"),
    path("clients/<int:pk>/credit/", clients.give_credit, name="client_credit"),
    path("clients/<int:pk>/block/", clients.block, name="client_block"),
    path("clients/<int:pk>/unblock/", clients.unblock, name="client_unblock"),
    path("clients/<int:pk>/health/", clients.health_notes, name="health_notes"),
    path("clients/<int:pk>/health/write/", clients.write_health_note, name="write_health_note"),
]

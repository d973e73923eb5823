from django.urls import path

from frontdesk.urls import converters  # noqa: F401 — registers "code"
from frontdesk.views import payments

urlpatterns = [
    path("payments/", payments.payment_list, name="payments"),
    path("payments/links/", payments.payment_links, name="payment_links"),
    path("payments/export/", payments.export, name="payments_export"),
    path("payments/export/xlsx/", payments.export, {"kind": "xlsx"}, name="payments_export_xlsx"),
    path("payments/<payment:code>/", payments.payment, name="payment"),
    path("payments/<payment:code>/give-back/", payments.give_back, name="payment_give_back"),
    path("payments/<payment:code>/take-back/", payments.take_back, name="payment_take_back"),
    path("appointments/<code:code>/charge/", payments.charge, name="charge"),
    path("appointments/<code:code>/charge/sums/", payments.sums, name="charge_sums"),
    path("appointments/<code:code>/receipt/", payments.receipt, name="receipt"),
    path("appointments/<code:code>/receipt/send/", payments.send_receipt, name="receipt_send"),
]

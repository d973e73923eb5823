from django.urls import path

from frontdesk.urls import converters  # noqa: F401 — registers "code"
from frontdesk.views import payments

urlpatterns = [
    path("payments/", payments.payment_list, name="payments"),
    path("payments/links/", payments.payment_links, name="payment_links"),
    path("payments/export/", payments.export, name="payments_export"),
    path("payments/export/xlsx/", payments.export, {"kind": "xlsx"}, name="payments_export_xlsx"),
    path("payments/unapplied/", payments.unapplied, name="unapplied"),
    path("payments/unapplied/<int:pk>/", payments.unapplied_one, name="unapplied_one"),
    path(
        "payments/unapplied/<int:pk>/clients/",
        payments.unapplied_clients,
        name="unapplied_clients",
    ),
    path("payments/unapplied/<int:pk>/apply/", payments.unapplied_apply, name="unapplied_apply"),
    path("payments/unapplied/<int:pk>/credit/", payments.unapplied_credit, name="unapplied_credit"),
    path("payments/unapplied/<int:pk>/refund/", payments.unapplied_refund, name="unapplied_refund"),
    path("payments/alerts/", payments.alert_list, name="alerts"),
    path("payments/alerts/<int:pk>/close/", payments.close_alert, name="alert_close"),
    path("payments/<payment:code>/", payments.payment, name="payment"),
    path("payments/<payment:code>/give-back/", payments.give_back, name="payment_give_back"),
    path("payments/<payment:code>/take-back/", payments.take_back, name="payment_take_back"),
    path("payments/<payment:code>/annul/", payments.annul, name="payment_annul"),
    path("appointments/<code:code>/charge/", payments.charge, name="charge"),
    path("appointments/<code:code>/charge/sums/", payments.sums, name="charge_sums"),
    path("appointments/<code:code>/receipt/", payments.receipt, name="receipt"),
    path("appointments/<code:code>/receipt/send/", payments.send_receipt, name="receipt_send"),
]

from django.urls import path

from frontdesk.views import pay

urlpatterns = [
    path("pay/<str:token>/", pay.pay, name="pay"),
    path("pay/<str:token>/visit.ics", pay.visit_file, name="pay_visit_file"),
    path("return/<str:token>/", pay.pay_return, name="pay_return"),
]

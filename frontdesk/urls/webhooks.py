from django.urls import path

from frontdesk.views import webhooks

urlpatterns = [path("webhooks/wompi/", webhooks.wompi, name="wompi_webhook")]

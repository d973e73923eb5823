from django.urls import path

from frontdesk.views import board

urlpatterns = [
    path("check-in/", board.board, name="board"),
]

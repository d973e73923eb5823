from allauth.account.views import login
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from frontdesk.views import accounts

# The ways in, all of them. allauth looks up the last two by name; both stay shut.
urlpatterns = [
    path("login/", login, name="account_login"),
    path("logout/", accounts.log_out, name="account_logout"),
    path("language/", require_POST(login_not_required(set_language)), name="set_language"),
    path("keys/", accounts.keys, name="keys"),
    path("shortcuts/", accounts.shortcuts, name="shortcuts"),
    path("theme/", accounts.theme, name="theme"),
    path("login/closed/", accounts.closed, name="account_signup"),
    path("login/inactive/", accounts.closed, name="account_inactive"),
    path("login/reset/", accounts.closed, name="account_reset_password"),
]

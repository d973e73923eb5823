"""What happens around every request: headers, and who may come in."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

Handler = Callable[[HttpRequest], HttpResponseBase]

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"


def headers(get_response: Handler) -> Handler:
    """Put on every answer the headers that Django has no setting for (`security.md` §2)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store"
            patch_vary_headers(response, ["Cookie", "HX-Request"])
        return response

    return middleware


class LoginRequired(auth.LoginRequiredMiddleware):
    """Ask for a log-in everywhere but in views that say `login_not_required`."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        """Redirect; but never swap the log-in page into a fragment of an HTMX page."""
        if "HX-Request" not in request.headers:
            if request.method in SAFE:
                return super().handle_no_permission(request, view_func)
            # What was sent cannot be sent again by a link: back to the page it was sent from.
            return redirect_to_login(_ours(request.headers.get("Referer", ""), request))
        query = QueryDict(mutable=True)
        query[self.get_redirect_field_name(view_func)] = _page_in_view(request)
        login = f"{resolve_url(self.get_login_url(view_func))}?{query.urlencode(safe='/')}"
        return HttpResponse(status=401, headers={"HX-Redirect": login})


def _page_in_view(request: HttpRequest) -> str:
    """Return the path of the page that HTMX says it is on, if it is one of ours."""
    return _ours(request.headers.get("HX-Current-URL", ""), request)


def _ours(url: str, request: HttpRequest) -> str:
    """Return path and query of an address of this site, `/` for any other."""
    if not url_has_allowed_host_and_scheme(url, {request.get_host()}):
        return "/"
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")

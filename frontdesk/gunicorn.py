"""gunicorn's settings; start it with `--config frontdesk/gunicorn.py`."""

import os
from pathlib import Path

wsgi_app = "frontdesk.wsgi"
proc_name = "frontdesk"
bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# One import for all workers, and a bad start is refused once; wsgi.py leaves no connection open.
preload_app = True
timeout = 30
graceful_timeout = 20
keepalive = 5
# The paths of emailed links are secrets, so no access log (SEC-34).
accesslog = None
errorlog = "-"
loglevel = "warning"
limit_request_line = 2048
forwarded_allow_ips = os.environ.get("PROXY_IPS", "127.0.0.1")
# A worker that waits for a slow disk would look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True

"""A client's list of dossiers in Django, as a peer to measure with and for nothing else.

It reads the database of the benchmark: who the session is of, one page of his open dossiers by key, which of
them have something new, and how much there is in all. It is set as in use: no DEBUG, templates compiled once,
connections that stay. What this repository's program does besides, it does not: no texts in two languages, no
settings of an organisation, no look at whether there are closed dossiers, no log.

gunicorn serves it, with the environment DATABASE (a file of SQLite or the address of PostgreSQL).
"""

import base64
import hashlib
import os
from datetime import timedelta, timezone as zones
from pathlib import Path
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings


def database(address):
    """The setting of Django for an address as the program itself takes it."""
    if address.startswith("postgres"):
        u = urlsplit(address)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": u.hostname,
            "PORT": u.port,
            "USER": u.username,
            "NAME": unquote(u.path[1:]),
            "CONN_MAX_AGE": None,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"file:{address}?mode=ro",
        "OPTIONS": {"uri": True},
        "CONN_MAX_AGE": None,
    }


settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=[".localhost"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of a server on loopback that keeps nothing",
    DATABASES={"default": database(os.environ["DATABASE"])},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    # Without DEBUG Django compiles a template once and keeps it.
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [Path(__file__).parent]}],
    USE_TZ=True,
    USE_I18N=False,
    TIME_ZONE="Europe/Amsterdam",
)
django.setup()

from django.db import models  # noqa: E402 -- after the settings, which models read
from django.db.models import Count, Q  # noqa: E402
from django.http import HttpResponseRedirect  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.utils.dateparse import parse_datetime  # noqa: E402

TENANT = "notaris"
PAGE = 25
MOST = 100
IDLE = timedelta(minutes=30)
STATUSES = {"in_progress": "In behandeling", "closed": "Afgerond"}
OPEN = ["in_progress"]


class Moment(models.DateTimeField):
    """A time as the database has it: in SQLite a text of fixed width, which compares as the time does."""

    def get_db_prep_value(self, value, connection, prepared=False):
        if value is None or connection.vendor != "sqlite":
            return super().get_db_prep_value(value, connection, prepared)
        return value.astimezone(zones.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def of_tenant(to, field):
    """A reference by the key that every table has: the tenant and the row's own."""
    return models.ForeignObject(
        to, models.DO_NOTHING, from_fields=["tenant_id", field], to_fields=["tenant_id", "id"], related_name="+"
    )


class Table(models.Model):
    tenant_id = models.TextField()

    class Meta:
        abstract = True
        app_label = "portal"
        managed = False


class Account(Table):
    id = models.TextField(primary_key=True)
    client_id = models.TextField()
    name = models.TextField()
    state = models.TextField()

    class Meta(Table.Meta):
        db_table = "account"
        unique_together = [("tenant_id", "id")]


class Session(Table):
    id = models.TextField(primary_key=True)
    account_id = models.TextField()
    account = of_tenant(Account, "account_id")
    face = models.TextField()
    seen_at = Moment()
    expires_at = Moment()
    ended_at = Moment(null=True)

    class Meta(Table.Meta):
        db_table = "session"


class Dossier(Table):
    id = models.TextField(primary_key=True)
    number = models.TextField()
    title = models.TextField()
    status = models.TextField()

    class Meta(Table.Meta):
        db_table = "dossier"
        unique_together = [("tenant_id", "id")]

    def get_absolute_url(self):
        return f"/dossiers/{self.id}"

    def get_status_display(self):
        return STATUSES[self.status]


class Listed(Table):
    """A dossier in the list of a viewer; the table's key is of three columns."""

    viewer = models.TextField()
    dossier_id = models.TextField(primary_key=True)
    dossier = of_tenant(Dossier, "dossier_id")
    status = models.TextField()
    updated_at = Moment()

    class Meta(Table.Meta):
        db_table = "dossier_list"


class Unread(Table):
    account_id = models.TextField()
    object_id = models.TextField(primary_key=True)
    dossier_id = models.TextField()

    class Meta(Table.Meta):
        db_table = "unread"


def visitor(request):
    """The account whose live session the cookie is, or None."""
    now = timezone.now()
    token = hashlib.sha256(request.COOKIES.get("session", "").encode()).hexdigest()
    session = (
        Session.objects.select_related("account")
        .filter(tenant_id=TENANT, id=token, face="portal", account__state="active")
        .filter(ended_at=None, expires_at__gt=now, seen_at__gt=now - IDLE)
        .first()
    )
    return session and session.account


def page_of(account, after):
    """The rows of a page, from the key of the last row before it, and one more if there is one."""
    rows = Listed.objects.select_related("dossier").filter(
        tenant_id=TENANT, viewer=f"client:{account.client_id}", status__in=OPEN
    )
    if after:
        at, last = base64.urlsafe_b64decode(after + "==").decode().split("|")
        at = parse_datetime(at)
        rows = rows.filter(Q(updated_at__lt=at) | Q(updated_at=at, dossier_id__lt=last), updated_at__lte=at)
    return list(rows.order_by("-updated_at", "-dossier_id")[: PAGE + 1])


def key_of(row):
    at = row.updated_at.astimezone(zones.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return base64.urlsafe_b64encode(f"{at}|{row.dossier_id}".encode()).decode().rstrip("=")


def dossiers(request):
    account = visitor(request)
    if account is None:
        return HttpResponseRedirect("/login")
    rows = page_of(account, request.GET.get("after"))
    more = key_of(rows[PAGE - 1]) if len(rows) > PAGE else ""
    rows = rows[:PAGE]
    unread = Unread.objects.filter(tenant_id=TENANT, account_id=account.id)
    new = dict(
        unread.filter(dossier_id__in=[r.dossier_id for r in rows])
        .values_list("dossier_id")
        .annotate(Count("object_id"))
        .order_by()
    )
    for row in rows:
        row.new = new.get(row.dossier_id, 0)
    total = unread[:MOST].count()
    return render(
        request,
        "list.html",
        {"account": account, "rows": rows, "more": more, "unread": f"{MOST - 1}+" if total == MOST else total},
    )


urlpatterns = [path("dossiers", dossiers)]

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()

"""The one template of every list: named, sorted aloud, in pages, with ticks where wanted."""

import re

import django_tables2 as tables
import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django_tables2 import RequestConfig

from frontdesk.tables.base import BulkAction, DeskTable, TickColumn


class Plain(DeskTable):
    caption, heading = "Things", "name"
    name = tables.Column()
    size = tables.Column(orderable=False)

    class Meta(DeskTable.Meta):
        empty_text = "No things."


class Ticked(Plain):
    tick = TickColumn()
    bulk_actions = (BulkAction("Throw away", "/away/", "trash-2", confirm="Really?"),)

    class Meta(Plain.Meta):
        sequence = ("tick", "...")


THINGS = [{"pk": number, "name": f"<i>{number:03d}", "size": number} for number in range(60)]


def render(table, query=""):
    request = RequestFactory().get(f"/things/{query}")
    RequestConfig(request, paginate={"per_page": 25}).configure(table)
    template = Template("{% load django_tables2 %}{% render_table table %}")
    return template.render(Context({"request": request, "table": table}))


def test_columns_and_rows_are_headed_and_the_table_is_named():
    page = render(Plain(THINGS))

    assert '<caption class="sr">Things</caption>' in page
    assert page.count('<th scope="col"') == 2
    assert page.count('<th scope="row"') == 25
    assert "<i>0" not in page
    assert page.count("&lt;i&gt;0") == 25


@pytest.mark.parametrize(
    ("query", "said"), [("?sort=name", "ascending"), ("?sort=-name", "descending"), ("", None)]
)
def test_only_the_sorted_column_says_so(query, said):
    page = render(Plain(THINGS), query)

    assert page.count("aria-sort=") == (1 if said else 0)
    assert said is None or f'aria-sort="{said}"' in page


def test_sorting_begins_again_at_the_first_page():
    assert 'href="?sort=name"' in render(Plain(THINGS), "?page=2")


def test_pages_are_links_in_a_landmark():
    page = render(Plain(THINGS), "?page=2&sort=name")

    assert "<nav" in page
    assert 'aria-current="page">2</a>' in page
    assert 'href="?page=3&amp;sort=name" rel="next"' in page


def test_a_table_of_one_page_has_no_links_to_pages():
    page = render(Plain(THINGS[:3]))

    assert "pagination" not in page
    assert "bulk" not in page


def test_an_empty_table_says_so_instead():
    page = render(Plain([]))

    assert "No things." in page
    assert "<table" not in page


def test_ticked_rows_go_to_the_chosen_action():
    page = render(Ticked(THINGS))

    assert page.count('type="checkbox" name="chosen"') == 25
    assert 'formaction="/away/"' in page
    assert 'hx-confirm="Really?"' in page
    form = page[page.index("<form") : page.index("</form>")]
    assert re.search(r'<input type="hidden" name="csrfmiddlewaretoken" value="\w{64}">', form)
    assert form.count('name="chosen"') == 25
    assert "<button" in form

"""What a template must not hold, since the page's policy or its escaping depends on it (SEC-17)."""

import re
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parents[1]
TEMPLATES = BASE_DIR / "templates"
# Mail has no policy, and mail programs know attributes only.
MAIL = TEMPLATES / "emails"
FORBIDDEN = {
    "unescaped": re.compile(r"\|\s*safe\b|\|\s*safeseq\b|{%\s*autoescape\s+off"),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "inline style": re.compile(r"<style\b", re.I),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc\s*=)", re.I),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "htmx event attribute": re.compile(r"\b(?:data-)?hx-on\b", re.I),
    "script in htmx": re.compile(
        r"hx-(?:vals|headers|vars)\s*=\s*['\"]?\s*(?:js|javascript):", re.I
    ),
    "script in an address": re.compile(r"(?:href|src|action)\s*=\s*['\"]?\s*javascript:", re.I),
    "unquoted attribute": re.compile(r"<[^>]*\s[a-z-]+=(?:{{|{%)", re.I),
    "place from elsewhere": re.compile(r"(?:src|href)\s*=\s*['\"]?(?:https?:)?//", re.I),
}
FORBIDDEN_IN_CODE = re.compile(r"\bmark_safe\b|\bSafeString\b|__html__")


def found(text: str) -> list[str]:
    """Return what a template holds that it must not; tags and comments of Django do not count."""
    markup = re.sub(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", "", text, flags=re.S)
    return [name for name, pattern in FORBIDDEN.items() if pattern.search(markup)]


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (BASE_DIR / folder).rglob("*.py"))


def test_no_template_holds_what_it_must_not():
    pages = [path for path in TEMPLATES.rglob("*.*") if not path.is_relative_to(MAIL)]

    wrong = {path.name: names for path in pages if (names := found(path.read_text()))}

    assert pages
    assert wrong == {}


def test_no_code_calls_text_safe():
    wrong = [
        str(path)
        for path in sources("frontdesk", "spa", "tasks")
        if FORBIDDEN_IN_CODE.search(path.read_text())
    ]

    assert wrong == []


def test_every_form_lists_its_fields():
    every_field = re.compile(r"fields\s*=\s*[\"']__all__|^\s*exclude\s*=", re.M)

    wrong = [str(path) for path in sources("frontdesk") if every_field.search(path.read_text())]

    assert wrong == []


@pytest.mark.parametrize(
    ("markup", "name"),
    [
        ("{{ note|safe }}", "unescaped"),
        ("{% autoescape off %}", "unescaped"),
        ('<p\n  style="x">', "style attribute"),
        ("<style>p{}</style>", "inline style"),
        ("<script>x()</script>", "inline script"),
        ('<a onclick="x()">', "event attribute"),
        ('<a hx-on:click="x()">', "htmx event attribute"),
        ("<a hx-vals='js:{x: y}'>", "script in htmx"),
        ('<a href="javascript:x()">', "script in an address"),
        ("<a title={{ note }}>", "unquoted attribute"),
        ('<img src="//elsewhere.example/x.png">', "place from elsewhere"),
    ],
)
def test_the_reader_sees(markup, name):
    assert name in found(markup)


@pytest.mark.parametrize(
    "markup",
    [
        '<script type="module" src="{% static \'js/app.js\' %}"></script>',
        '<a class="on" href="{% url \'today\' %}" data-status="{{ status }}">{{ name }}</a>',
        "{# never |safe, never style= #}",
        "<p>{% if a >= b %}{{ price|default:'-' }}{% endif %}</p>",
    ],
)
def test_the_reader_lets_pass(markup):
    assert found(markup) == []

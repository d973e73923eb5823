"""Lucide's icons, each drawn once: a page has some fifty, which Lucide draws anew each time."""

from functools import lru_cache

from django import template
from lucide.templatetags.lucide import lucide as draw

register = template.Library()
register.simple_tag(lru_cache(maxsize=512)(draw), name="lucide")

"""What templates need beyond Django: icons, and times that the browser puts in local words."""

from datetime import UTC, datetime

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of static/web/icons.svg; decoration only, so hidden from screen readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("web/icons.svg"),
        name,
    )


@register.simple_tag
def moment(at: datetime | None, form: str = "full") -> SafeString | str:
    """A time in UTC that times.js rewrites: "full", "clock", or "ago" (how long since)."""
    if at is None:
        return ""
    told = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}" data-form="{}">{}</time>',
        told.isoformat(),
        form,
        told.strftime("%Y-%m-%d %H:%M:%S UTC"),
    )

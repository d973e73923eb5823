"""The project package and the web layer: request, form, one call, page or fragment."""

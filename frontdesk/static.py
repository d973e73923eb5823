"""How the stylesheets and scripts are served: under names that change with their content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Also renames what one script imports from another, so that both are cached for ever."""

    support_js_module_import_aggregation = True

"""The sentences for translators: a template, one PO file a language, and what is compiled of them into the package."""

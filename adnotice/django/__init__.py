"""adnotice as a Django app: `adnotice.django` in INSTALLED_APPS, its middleware first in MIDDLEWARE."""

"""Commands of `manage.py` for sites."""

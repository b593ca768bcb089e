"""The Django project: the admin, and the only owner of the database schema."""

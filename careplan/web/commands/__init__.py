"""Doors for whoever runs the service: commands of `flask --app wsgi`."""

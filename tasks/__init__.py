"""Jobs for django-q2: load, call one service, count."""

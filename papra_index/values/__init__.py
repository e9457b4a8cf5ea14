"""Frozen values that verbs take and return; the most used ones are in `documents` and `results` beside this folder."""

"""Tests of posting to webhooks."""

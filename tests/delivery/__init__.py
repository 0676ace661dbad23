"""Tests of delivery, with an outbox and servers of their own."""

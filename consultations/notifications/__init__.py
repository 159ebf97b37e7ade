"""Mail and text messages: who receives what, and the outbox from which the worker sends it."""

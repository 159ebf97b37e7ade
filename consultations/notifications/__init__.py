"""Mail and text messages: recipients and the outbox."""

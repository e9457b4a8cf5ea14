"""From what was recorded to whoever wants to know: rules, callbacks, webhooks."""

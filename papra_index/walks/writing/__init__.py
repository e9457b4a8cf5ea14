"""From what somebody gives to originals and rows, acknowledged when durable; from rows gone to files removed."""

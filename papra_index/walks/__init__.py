"""What the archive does, one folder a purpose: each walk reads from top to bottom as a list of calls to stages."""

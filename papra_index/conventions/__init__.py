"""Rules that all stages share, each written once: the same word, an id, a time, a lock, a sync, who sees what."""

"""From originals to pages of text, by workers in processes of their own, and to fields read off a text."""

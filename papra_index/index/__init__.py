"""What can be found: a cache of the catalog that may be deleted at any moment and rebuilt."""

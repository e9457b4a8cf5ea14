"""One module per family of formats; each is the only importer of its library."""

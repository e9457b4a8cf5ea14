"""From a folder on disk to an archive that has what lies there, by what changed alone."""

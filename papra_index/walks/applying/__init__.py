"""From changed documents to the index, by one applier an archive; and to an index built anew beside the old one."""

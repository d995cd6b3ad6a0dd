"""MET: what the YAML has to say besides words: meta, tags, labels, groups, owners, access, contracts."""

"""Governance: rules over the manifests of all projects, who may leave a finding be, and how severe it is."""

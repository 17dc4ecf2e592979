"""The doors over HTTP: the interface for programs under ``/api/v1``, the pages for people."""

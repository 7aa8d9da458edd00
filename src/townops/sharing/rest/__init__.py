"""The REST API: `api.py` puts it together, one module per group of addresses, `shapes` for what goes out."""

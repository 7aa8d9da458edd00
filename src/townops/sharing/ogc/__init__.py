"""OGC API - Features, Part 1 (core, GeoJSON, HTML, OpenAPI 3.0) and Part 2 (CRS), over the layers that contexts declare.

Read only. A caller shows a token; it sees the layers its account may see, on the desk's map and here by the same rule.
"""

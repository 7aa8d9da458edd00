"""Sharing: the face for machines: /api/v1, described by /api/v1/openapi.json (engine.md section 7).

Owns addresses, shapes, tokens at the door and the words of problem documents. It decides nothing: it asks the
doors of the other contexts and renders what they answer or refuse.
"""

"""The catalogue: classes, condition rows (立案条件) and the hotline branch, versioned by date.

Owns what an order may be filed under (U12, U13): limits, close conditions, who is responsible by kind. A
changed catalogue is a new version and old versions stay readable: an order is explained by the version it was
filed under.
It does not decide who gets an order (dispatch does) and knows no unit.
"""

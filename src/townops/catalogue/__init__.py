"""The catalogue: classes, condition rows (立案条件, 时限, 结案条件, 主责, 兜底) and the hotline branch, versioned by date.

Owns what an order may be filed under (U12, U13). A changed catalogue is a new version; old versions stay readable, so an order
is explained by the version it was filed under. It does not decide who gets an order (dispatch does) and knows no unit.
"""

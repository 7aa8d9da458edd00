"""The desk: pages on which the town's people take every step by hand. A face: it asks, it does not decide."""

"""CAN bus traffic: recordings, window graphs and the data set made of them."""

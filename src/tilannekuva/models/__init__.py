"""Numbers from numbers: arrays in, arrays out; no clock, no file, no network.

Arrays of areas by time: the first axis is the area, the second the day or the week, the last the quantile
level where there is one. NaN is what is not known.
"""

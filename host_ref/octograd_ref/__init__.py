"""
The definition of every number octograd computes, in NumPy.

Written from docs/numerics.md and not from the C; the kernels must equal it bit
for bit.  Functions are pure: arrays in, arrays out.  One module stands beside
each kernel file, with the same function names.
"""

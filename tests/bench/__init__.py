"""The numbers that prove the engine: `./run bench` measures them on a data set of its own.

What is measured, and what is aimed for, is the table of the architecture (§8). Every bench that
writes does so on a copy of the data set, so that none finds what another one left.
"""

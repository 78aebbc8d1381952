"""Many runs from a grid, and the tables and figures made of what they leave"""

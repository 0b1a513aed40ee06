"""Fetching over http(s) from others: URLs that a payload or a profile names, at addresses that may be asked.

`urls` takes a URL apart, `addresses` says which may be connected to, `client` connects, `deadline` ends what
takes too long, `errors` puts what went wrong into words.
"""

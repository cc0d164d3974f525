"""The demo's mail server: takes every mail over SMTP and keeps it in a folder. Another company's server in little.

It shares nothing with the shop but the network, and the folder from which `/dev/mail` shows what has come.
"""

"""The one safe way to the web, for every feed, page, hub and webhook; nothing else knows requests.

    look the name up ▶ judge each address ▶ connect ▶ ask ▶ (redirect: all again) ▶ read, count, decode

client       asking, and following redirects
redirects    what is sent where one leads
sending      by which proxy, which version of HTTP, and again
connections  requests' own, over our sockets
sockets      dialling what may be reached
exchange     deadline and limits of one request
addresses    which places may be reached
bodies       decoding, counted
cookies      what redirects set, until the request ends
crowd        turns at a server, and the memory that bodies share
http2        a request by HTTP/2, on one of the connections
misspoken    what servers do wrong by it
versions     which version of HTTP a server wants
socks        SOCKS5 proxies, over our sockets
tls          contexts, sessions, client certificates, pins
passport     a publisher's credentials, sealed
signing      requests signed as a bot's
directory    the keys to check those by
mishaps      others' errors as ours
"""

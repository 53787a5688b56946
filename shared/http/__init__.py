"""The one safe way to the web, for every feed, page, hub and webhook; nothing else knows requests.

    look the name up ▶ judge each address ▶ connect ▶ ask ▶ (redirect: all again) ▶ read, count, decode

addresses    which places may be reached            crowd     turns at a server, and the memory that bodies share
sockets      dialling, under a deadline and limits  bodies    decoding, counted
tls          contexts, sessions, client certificates  mishaps   others' errors as ours
connections  requests' own, over those sockets      passport  a publisher's credentials, sealed
client       asking, and following redirects        cookies   what redirects set, until the request ends
signing      requests signed as a bot's             directory the keys to check those by
socks        SOCKS5 proxies, over those sockets     http2     a request by HTTP/2, on one of those connections
versions     which version of HTTP a server wants
"""

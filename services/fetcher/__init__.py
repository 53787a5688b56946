"""The fetcher: asks for what is due, conditionally, within bounds and politely; holds no database credentials.

    tasks ▶ round ▶ ask ▶ the safe client ▶ verdict ▶ documents and facts on the belt

round, lane              sites side by side, one site's targets one after another and spaced
company                  what travels together
ask, request, verdict    one target: what is asked of its publisher, and what the answer means
robots, reach            whether a page may be asked for; whether the web can be reached at all
refresh, series, onward  where an answer leads on: HTML's redirects, an index's sitemaps, next pages
sources, place, listing  folders and mailboxes as feeds, and which of their files are new
folder, ftp, sftp, imap  how each of these is spoken to; with imaptalk, secure
hubs, hooks              hubs that are subscribed at, receivers that are called
"""

"""The scheduler: leases what is due, no faster than the line settles it.

    app ▶ tick, each second ▶ store: due rows, leased ▶ pack: jobs ▶ the fetch queue

backpressure  how much may be on the belt
epoch         whether it is the belt that the leases were given on
pages         which article pages have their turn
hooks         whose place in the change log is not its end
push          subscriptions that travel with polls
audit         when validators are put to the test
duties        what time makes due in the store, for the indexer to do
"""

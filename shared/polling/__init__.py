"""When a feed is asked next: what it usually brings, what it wishes, how it failed. Pure.

rhythm    what a feed brings by hour and weekday    schedule  the decision, with its reasons
waiting   how long articles may be left waiting     failures  how long a failure lets it wait
habits    what is unusual: silence, flood, shrunken texts     replay    the same under other settings
"""

"""What a poll teaches of its feed: its pace and habits, its publisher's honesty, its hub, and what it missed."""

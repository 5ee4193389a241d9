"""Access: *clients* are programs that may call; each has *keys*, of which only digests are kept."""

"""What is counted, under which keys, in which buckets: no store, no thread."""

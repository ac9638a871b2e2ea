"""The store on Redis and Valkey, single or cluster: a report is atomic in one shard, reads sum the shards."""

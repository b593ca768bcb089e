-- A worker lives, by the server's clock; those that have been silent for long are forgotten. In one step, and also where
-- memory is full: else no worker could go on and make room. KEYS: the workers. ARGV: the worker, seconds of silence.
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
redis.call('ZADD', KEYS[1], string.format('%.6f', now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.6f', now - ARGV[2]))

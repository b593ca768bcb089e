-- Drop a job, a part in each call; returns whether there is more to do. KEYS: the job's hash.
local prefix = string.sub(KEYS[1], 1, -5)
local hosts, rest = prefix .. 'hosts', prefix .. 'removing'
local HOSTS, BUCKETS = 100, 500

-- Under another name, so that no worker finds half of the job.
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('RENAME', KEYS[1], rest)
end
for _, host in ipairs(redis.call('HRANDFIELD', hosts, HOSTS)) do
  for _, level in ipairs(redis.call('ZRANGE', prefix .. 'levels:' .. host, 0, -1)) do
    redis.call('UNLINK', prefix .. 'queue:' .. level .. ':' .. host)
  end
  redis.call('UNLINK', prefix .. 'levels:' .. host)
  redis.call('HDEL', hosts, host)
end
local buckets = tonumber(redis.call('HGET', rest, 'buckets') or 0)
local left = math.max(0, buckets - BUCKETS)
for bucket = left, buckets - 1 do
  redis.call('UNLINK', prefix .. 'seen:' .. string.format('%.0f', bucket))
end
if left > 0 then
  redis.call('HSET', rest, 'buckets', string.format('%.0f', left))
end
if left > 0 or redis.call('EXISTS', hosts) == 1 then
  return 1
end
for _, name in ipairs({'later', 'leases', 'expiry', 'stale', 'replies', 'stats', 'failures', 'dead', 'unburied', 'ranks'}) do
  redis.call('UNLINK', prefix .. name)
end
redis.call('UNLINK', rest)
return 0

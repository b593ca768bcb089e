-- What people tell a job. ARGV: what, and its arguments. Returns nothing where Redis knows nothing of the job.
local what = ARGV[1]
local does = {}

-- ARGV: the state. Returns the state that the job is in then: one that was cancelled stays so.
function does.state()
  if meta.state ~= 'cancelled' then
    meta.state = ARGV[2]
  end
  return meta.state
end

-- ARGV: host, rank. Returns how many of its entries wait.
function does.rank()
  if tonumber(ARGV[3]) == 0 then
    redis.call('ZREM', key('ranks'), ARGV[2])
  else
    redis.call('ZADD', key('ranks'), ARGV[3], ARGV[2])
  end
  return tonumber(redis.call('HGET', key('hosts'), ARGV[2]) or 0)
end

-- What was counted as a failure when it died is none any more.
local function uncount(name)
  if redis.call('HINCRBY', key('failures'), 'count ' .. name, -1) <= 0 then
    redis.call('HDEL', key('failures'), 'count ' .. name, 'first ' .. name)
  end
end

-- ARGV: tokens of dead entries. They wait again, as if they had never been handed out. Returns how many were dead.
function does.revive()
  local revived = 0
  for i = 2, #ARGV do
    local packed = redis.call('HGET', key('dead'), ARGV[i])
    if packed then
      local payload, host, _, _, priority, flag, counted = unpack(cmsgpack.unpack(packed))
      -- It gave its place back when it died.
      push(host, level_of(priority, 'P'), {(flag == 'A' and 'P' or flag) .. payload})
      redis.call('HDEL', key('dead'), ARGV[i])
      redis.call('ZREM', key('unburied'), ARGV[i])
      if counted then
        uncount(counted)
      end
      revived = revived + 1
    end
  end
  meta.dead = meta.dead - revived
  return revived
end

-- ARGV: who, for how many µs. Until then nobody else ends the job, even if nothing is left to do; 0 lets others do it.
-- Returns 0 where somebody else holds it: whoever ends it.
function does.hold()
  if meta.finish_by > now and meta.finisher ~= ARGV[2] then
    return 0
  end
  meta.finisher = ARGV[2]
  meta.finish_by = now + tonumber(ARGV[3])
  return 1
end

-- ARGV: fingerprint. Returns 1 where it was queued before.
function does.seen()
  return redis.call('SISMEMBER', bucket_of(ARGV[2]), ARGV[2])
end

if not load_meta() then
  return false
end
measure_buckets()
local result = does[what]()
save_meta()
return result

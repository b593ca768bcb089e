-- All that a worker says of a job, and the answer, in one step. ARGV: the batch, msgpack. Returns msgpack of the
-- answer, or nothing where Redis knows nothing of the job; how both look is written in frontier/wire.py.
-- What a page led to is queued before the page's end is noted: of one log, no part can be lost without what follows.
local MOST = 500
local DEAD_SHOWN, DEAD_KEPT = 20, 100000
local HOSTS_SHOWN = 64
local HOUR = 3600000000

local batch = cmsgpack.unpack(ARGV[1])
local worker = batch.worker
local said = {id = batch.id, at = now, leased = {}, lost = {}, new = 0}

local function enqueue_all()
  for _, group in ipairs(batch.groups) do
    local host, level, fingerprints, items, new = group[1], group[2], group[3], group[4], {}
    for i, item in ipairs(items) do
      if is_new(fingerprints[i]) then
        new[#new + 1] = item
      end
    end
    push(host, level, new)
    said.new = said.new + #new
  end
  for _, entry in ipairs(batch.delayed) do
    said.new = said.new + (enqueue(unpack(entry)) and 1 or 0)
  end
end

local stats = {}
local function add_counts(counts)
  for name, count in pairs(counts) do
    stats[name] = (stats[name] or 0) + count
  end
end

local ends = {
  done = function(_, counts)
    add_counts(counts)
  end,
  replaced = function(_, host, level, item, fingerprint, delay)
    -- A place that came with it is free where the other one was seen.
    if not enqueue(host, level, item, fingerprint, delay) then
      give_place_back(string.sub(item, 1, 1))
    end
  end,
  untouched = put_back,
  returned = function(held, cause)
    fail(held, cause, batch.max_deliveries)
  end,
  died = function(held, cause, counts)
    add_counts(counts)
    bury(held, cause)
  end,
}

local function end_all()
  local ended, numbers = {}, {}
  for _, ending in ipairs(batch.endings) do
    local what, number = ending[1], ending[2]
    local held = not ended[number] and own_lease(worker, number)
    if held then
      ends[what](held, unpack(ending, 3))
      ended[number] = true
      numbers[#numbers + 1] = whole(number)
    else
      said.lost[#said.lost + 1] = number
    end
  end
  end_leases(numbers)
  for name, count in pairs(stats) do
    redis.call('HINCRBY', key('stats'), name, whole(count))
  end
end

local function renew_all(lost)
  for _, number in ipairs(batch.renew) do
    if own_lease(worker, number) then
      redis.call('ZADD', key('expiry'), whole(now + batch.lease), whole(number))
    else
      lost[#lost + 1] = number
    end
  end
end

local function count_all()
  for _, failure in ipairs(batch.failures) do
    redis.call('HINCRBY', key('failures'), 'count ' .. failure[1], 1)
    redis.call('HSETNX', key('failures'), 'first ' .. failure[1], failure[2])
  end
  -- One from before a restart speaks of leases that were taken back, places and all.
  if batch.epoch == meta.epoch then
    meta.admitted = math.max(0, meta.admitted - batch.freed)
  end
  for _, token in ipairs(batch.buried) do
    redis.call('ZREM', key('unburied'), token)
    if redis.call('HLEN', key('dead')) > DEAD_KEPT then
      redis.call('HDEL', key('dead'), token)
    end
  end
end

local taken = {}
local function hand_out()
  if meta.state ~= 'running' then
    return
  end
  for _, want in ipairs(batch.wants) do
    take(want[1], math.min(want[2], MOST - #taken), taken)
  end
  lease_all(worker, taken, now + batch.lease)
  for i, held in ipairs(taken) do
    said.leased[i] = held.number
  end
end

-- A worker is told the same again if it asks again, since it may not have heard the answer.
local function told_before()
  local packed = redis.call('HGET', key('replies'), worker)
  if packed then
    local last = cmsgpack.unpack(packed)
    if last.id == batch.id then
      said = last
      return true
    end
  elseif redis.call('HLEN', key('replies')) > 100 then
    local replies = redis.call('HGETALL', key('replies'))
    for i = 1, #replies, 2 do
      if cmsgpack.unpack(replies[i + 1]).at < now - HOUR then
        redis.call('HDEL', key('replies'), replies[i])
      end
    end
  end
  return false
end

local function count_leased()
  return redis.call('ZCARD', key('expiry')) + redis.call('ZCARD', key('stale'))
end

local function is_over()
  if count_leased() > 0 then
    return false
  end
  return meta.state == 'cancelled'
    or meta.pending + redis.call('ZCARD', key('later')) == 0
    or (not has_room() and meta.kept == 0)
end

-- One worker ends the job; if it stops to say so, another one does.
local function finish()
  if not batch.finish or not is_over() or (meta.finisher ~= worker and meta.finish_by > now) then
    return false
  end
  meta.finisher = worker
  meta.finish_by = now + batch.lease
  return true
end

-- What was leased just now, or what is left of what was leased when the batch came for the first time.
local function leases_told()
  local leases = {}
  for i, number in ipairs(said.leased) do
    local held = taken[i] or own_lease(worker, number)
    if held then
      leases[#leases + 1] = {number, held.host, held.level, held.item}
    end
  end
  return leases
end

local function dead_told()
  local dead = {}
  for _, token in ipairs(redis.call('ZRANGE', key('unburied'), 0, DEAD_SHOWN - 1)) do
    dead[#dead + 1] = {token, unpack(cmsgpack.unpack(redis.call('HGET', key('dead'), token)), 1, 4)}
  end
  return dead
end

local function due_in()
  local first = redis.call('ZRANGE', key('later'), 0, 0, 'WITHSCORES')
  return first[2] and math.max(0, tonumber(first[2]) - now) or -1
end

local function answer(over)
  return cmsgpack.pack({
    meta.state, meta.epoch, leases_told(), said.lost, sample_hosts(HOSTS_SHOWN),
    meta.pending, redis.call('ZCARD', key('later')), count_leased(), meta.admitted, said.new, due_in(),
    redis.call('HGETALL', key('stats')), dead_told(), over, is_over(), meta.moves, meta.run,
  })
end

local function create()
  redis.call('HSET', KEYS[1], 'run', run_id(), 'state', 'running', 'creator', batch.id,
    'epoch', whole(math.floor(now / 1000)), 'limit', whole(batch.limit), 'buckets', 1,
    'shards', whole(batch.shards))
end

local function take_in()
  enqueue_all()
  end_all()
  renew_all(said.lost)
  count_all()
  expire_leases(MOST, batch.max_deliveries)
  return_stale(MOST)
  move_due(MOST)
  hand_out()
  redis.call('HSET', key('replies'), worker, cmsgpack.pack(said))
end

local function exchange()
  if batch.limit then
    if redis.call('EXISTS', KEYS[1], key('removing')) == 0 then
      create()
    elseif redis.call('HGET', KEYS[1], 'creator') ~= batch.id then
      return redis.error_reply('EXISTS Redis knows the job')
    end
  end
  if not load_meta() then
    return false
  end
  if meta.shards ~= batch.shards then
    return redis.error_reply(string.format('SHARDS Redis has it in %d shards, and not %d', meta.shards, batch.shards))
  end
  measure_buckets()
  notice_restart()
  if told_before() then
    renew_all(said.lost)
  else
    take_in()
  end
  local over = finish()
  save_meta()
  return answer(over)
end

return exchange()

-- What is being worked on. A lease is msgpack of worker, host, level, item and epoch.
local function lease_all(worker, taken, expiry)
  local leases, expiries = {}, {}
  for _, held in ipairs(taken) do
    held.number = next_number()
    local number = whole(held.number)
    leases[#leases + 1] = number
    leases[#leases + 1] = cmsgpack.pack({worker, held.host, held.level, held.item, meta.epoch})
    expiries[#expiries + 1] = whole(expiry)
    expiries[#expiries + 1] = number
  end
  call_in_chunks('HSET', key('leases'), leases)
  call_in_chunks('ZADD', key('expiry'), expiries)
end

-- One that the worker holds; nil where it never did, it ran out, or Redis was started again since.
local function own_lease(worker, number)
  local packed = redis.call('HGET', key('leases'), whole(number))
  if packed then
    local held = cmsgpack.unpack(packed)
    if held[1] == worker and held[5] == meta.epoch then
      return {host = held[2], level = held[3], item = held[4], number = number}
    end
  end
end

local function end_leases(numbers)
  call_in_chunks('HDEL', key('leases'), numbers)
  call_in_chunks('ZREM', key('expiry'), numbers)
end

-- The parts of an item: what it counts as, deliveries, causes, payload.
local function read_item(item)
  local flag = string.sub(item, 1, 1)
  if flag == 'R' then
    return unpack(cmsgpack.unpack(string.sub(item, 2)))
  end
  return flag, 0, {}, string.sub(item, 2)
end

local function give_place_back(flag)
  if flag == 'A' then
    meta.admitted = math.max(0, meta.admitted - 1)
  end
end

-- `counted` names the failure of the job under which this one was counted here; nothing where its worker counts it.
local function bury(held, cause, counted)
  local flag, deliveries, causes, payload = read_item(held.item)
  causes[#causes + 1] = cause
  local priority = math.floor(held.level / 2)
  local token = whole(held.number)
  local dead = {payload, held.host, deliveries + 1, causes, priority, flag, counted}
  redis.call('HSET', key('dead'), token, cmsgpack.pack(dead))
  redis.call('ZADD', key('unburied'), token, token)
  meta.dead = meta.dead + 1
end

-- A failure of the job's own: it is named as the crawler names those of callbacks and items, which fail the job.
local GIVEN_UP = 'unprocessed:GivenUp'

local function count_given_up(held, cause, deliveries)
  local example = held.host .. ': a request was given up after ' .. deliveries .. ' tries: ' .. cause
  redis.call('HINCRBY', key('failures'), 'count ' .. GIVEN_UP, 1)
  redis.call('HSETNX', key('failures'), 'first ' .. GIVEN_UP, example)
end

-- The delivery counts: behind the others again, or dead. No worker is there to count that as a failure: it may have
-- died of it.
local function fail(held, cause, max_deliveries)
  local flag, deliveries, causes, payload = read_item(held.item)
  if deliveries + 1 >= max_deliveries then
    bury(held, cause, GIVEN_UP)
    count_given_up(held, cause, deliveries + 1)
    give_place_back(flag)
    return
  end
  causes[#causes + 1] = cause
  local item = 'R' .. cmsgpack.pack({flag, deliveries + 1, causes, payload})
  push(held.host, level_of(math.floor(held.level / 2), flag), {item})
end

-- The delivery does not count: before all others of its priority.
local function put_back(held)
  local flag = read_item(held.item)
  push(held.host, level_of(math.floor(held.level / 2), flag), {held.item}, 'LPUSH')
end

local function held_of(number)
  local held = cmsgpack.unpack(redis.call('HGET', key('leases'), number))
  return {host = held[2], level = held[3], item = held[4], number = tonumber(number)}
end

local function expire_leases(most, max_deliveries)
  local numbers = redis.call('ZRANGE', key('expiry'), '-inf', whole(now), 'BYSCORE', 'LIMIT', 0, most)
  for _, number in ipairs(numbers) do
    fail(held_of(number), 'its worker stopped without a word', max_deliveries)
  end
  end_leases(numbers)
end

local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
end

-- Another Redis than the last time: it was started again or another one took over, and may have lost the last things
-- it was told. What was leased is taken back, a part in each call.
local function notice_restart()
  local run = run_id()
  if run ~= meta.run then
    meta.run = run
    -- Not just one more: the last step may be among what was lost.
    meta.epoch = math.max(meta.epoch + 1, math.floor(now / 1000))
    redis.call('ZUNIONSTORE', key('stale'), 2, key('stale'), key('expiry'))
    redis.call('DEL', key('expiry'))
  end
end

local function return_stale(most)
  local stale = redis.call('ZPOPMAX', key('stale'), most)
  for i = 1, #stale, 2 do
    put_back(held_of(stale[i]))
    redis.call('HDEL', key('leases'), stale[i])
  end
end

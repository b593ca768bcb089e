-- What waits. An item is a byte that says what it counts as, and the payload:
--   '-' no page, 'P' a page, 'A' a page that has its place among those that the job may fetch,
--   'R' one that was handed out before: msgpack of that byte, its deliveries, their causes, the payload.
-- A level is twice the priority, and one more for items that have their place: they leave before others of their
-- priority, and so are never stuck behind pages that the limit holds back.
local function level_of(priority, flag)
  return 2 * priority + (flag == 'A' and 1 or 0)
end

local function list_of(host, level)
  return key('queue:' .. whole(level) .. ':' .. host)
end

local function count_kept(level, number)
  if level % 2 == 1 then
    meta.kept = meta.kept + number
  end
end

local function list_items(command, host, level, items)
  local list = list_of(host, level)
  call_in_chunks(command, list, items)
  redis.call('ZADD', key('levels:' .. host), whole(level), whole(level))
  redis.call('HINCRBY', key('hosts'), host, #items)
  meta.pending = meta.pending + #items
  meta.moves = meta.moves + #items
end

-- Behind those that wait there; command LPUSH: before them.
local function push(host, level, items, command)
  if #items > 0 and meta.state ~= 'cancelled' then
    list_items(command or 'RPUSH', host, level, items)
    count_kept(level, #items)
  end
end

local function push_later(host, level, item, delay)
  if meta.state ~= 'cancelled' then
    -- The number tells equal items apart.
    redis.call('ZADD', key('later'), whole(now + delay), cmsgpack.pack({next_number(), host, level, item}))
    count_kept(level, 1)
    meta.moves = meta.moves + 1
  end
end

-- False where the entry was seen before.
local function enqueue(host, level, item, fingerprint, delay)
  if meta.state == 'cancelled' or not is_new(fingerprint) then
    return false
  end
  if delay > 0 then
    push_later(host, level, item, delay)
  else
    push(host, level, {item})
  end
  return true
end

local function move_due(most)
  local due = redis.call('ZRANGE', key('later'), '-inf', whole(now), 'BYSCORE', 'LIMIT', 0, most)
  for _, packed in ipairs(due) do
    local entry = cmsgpack.unpack(packed)
    list_items('RPUSH', entry[2], entry[3], {entry[4]})
  end
  if #due > 0 then
    redis.call('ZREMRANGEBYRANK', key('later'), 0, #due - 1)
  end
end

local function has_room()
  return meta.limit == 0 or meta.admitted < meta.limit
end

-- Take from the front of a level; fewer where the job has all its pages. Returns how many.
local function take_from(host, level, most, taken)
  local list, number = list_of(host, level), 0
  for _, item in ipairs(redis.call('LRANGE', list, 0, most - 1)) do
    if string.sub(item, 1, 1) == 'P' then
      if not has_room() then
        break
      end
      meta.admitted = meta.admitted + 1
      item = 'A' .. string.sub(item, 2)
    end
    number = number + 1
    taken[#taken + 1] = {host = host, level = level, item = item}
  end
  if number > 0 then
    redis.call('LTRIM', list, number, -1)
    count_kept(level, -number)
  end
  return number
end

-- Take up to so many of a host, the highest level first: host, level and item of each are added to taken.
local function take(host, most, taken)
  local levels, skipped, number = key('levels:' .. host), 0, 0
  while number < most do
    local level = tonumber(redis.call('ZRANGE', levels, skipped, skipped, 'REV')[1])
    if not level then
      break
    end
    number = number + take_from(host, level, most - number, taken)
    if redis.call('EXISTS', list_of(host, level)) == 0 then
      redis.call('ZREM', levels, whole(level))
    else
      -- The limit holds this level back, or there are enough.
      skipped = skipped + 1
    end
  end
  meta.pending = meta.pending - number
  if number > 0 and redis.call('HINCRBY', key('hosts'), host, -number) <= 0 then
    redis.call('HDEL', key('hosts'), host)
  end
end

-- Up to so many hosts with what waits for each, flat: first those that were given a rank above 0, the highest first,
-- then others at random, last those with a rank below 0.
local function sample_hosts(most)
  local sampled = redis.call('HRANDFIELD', key('hosts'), most, 'WITHVALUES')
  if redis.call('EXISTS', key('ranks')) == 0 then
    return sampled
  end
  local hosts, counts, later = redis.call('ZRANGE', key('ranks'), '+inf', '(0', 'BYSCORE', 'REV', 'LIMIT', 0, most), {}, {}
  for _, host in ipairs(hosts) do
    counts[host] = redis.call('HGET', key('hosts'), host)
  end
  for i = 1, #sampled, 2 do
    local host, rank = sampled[i], tonumber(redis.call('ZSCORE', key('ranks'), sampled[i]) or 0)
    if rank <= 0 then
      counts[host] = sampled[i + 1]
      table.insert(rank == 0 and hosts or later, host)
    end
  end
  local told = {}
  for _, each in ipairs({hosts, later}) do
    for _, host in ipairs(each) do
      if counts[host] and #told < 2 * most then
        told[#told + 1] = host
        told[#told + 1] = counts[host]
      end
    end
  end
  return told
end

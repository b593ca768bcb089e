-- Take entries that people have pushed, and note who has not confirmed them yet: what is not confirmed in time is
-- taken again. KEYS: the key that people push to (a list, a set or a sorted set), and that of what was taken.
-- ARGV: how many, and for how many µs. Returns {number and entry of each, flat}, what is left, what was taken in all.
local source, taken = KEYS[1], KEYS[2]
local most, lease = tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

local function whole(number)
  return string.format('%.0f', number)
end

-- Each kind: how to take from it, and how to count what is left.
local kinds = {
  list = {function(count)
    local entries = redis.call('LRANGE', source, 0, count - 1)
    redis.call('LTRIM', source, #entries, -1)
    return entries
  end, 'LLEN'},
  set = {function(count)
    return redis.call('SPOP', source, count)
  end, 'SCARD'},
  zset = {function(count)
    local entries, flat = {}, redis.call('ZPOPMAX', source, count)
    for i = 1, #flat, 2 do
      entries[#entries + 1] = flat[i]
    end
    return entries
  end, 'ZCARD'},
  none = {function()
    return {}
  end, 'EXISTS'},
}

local name = redis.call('TYPE', source)['ok']
local kind = kinds[name]
if not kind then
  return redis.error_reply('WRONGTYPE ' .. source .. ' is a ' .. name .. '; start URLs are a list, a set or a sorted set')
end

-- A member is the number under which an entry was taken first, a space, and the entry.
local members = redis.call('ZRANGE', taken, '-inf', whole(now), 'BYSCORE', 'LIMIT', 0, most)
if most > #members then
  for i, entry in ipairs(kind[1](most - #members)) do
    members[#members + 1] = whole(now) .. '-' .. i .. ' ' .. entry
  end
end
for _, member in ipairs(members) do
  redis.call('ZADD', taken, whole(now + lease), member)
end
return {members, redis.call(kind[2], source), redis.call('ZCARD', taken)}

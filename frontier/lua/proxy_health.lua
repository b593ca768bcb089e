-- Workers say how proxies fare, and hear what the others know. KEYS: the events. ARGV: what the names of the hosts' keys
-- begin with; the request, as msgpack.
-- Of each host a hash: proxy -> { answers, good, bans, seconds, at, until, rest, probed until } (times in µs). The host
-- of no name is the proxies' own. Events: "proxy host" -> when its rest began or ended.
-- Returns the time, entries as { host, proxy, entry }, and who may be tried as { host, proxy }.

local HOUR, MOST_EVENTS = 3600 * 1000000, 10000

local prefix, request = ARGV[1], cmsgpack.unpack(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
-- Each step has a time of its own, also where the clock was set back: whoever asks for what came later misses nothing.
now = math.max(now, (tonumber(last) or 0) + 1)

local function read(host, proxy)
  local raw = redis.call('HGET', prefix .. host, proxy)
  return raw and cmsgpack.unpack(raw) or { 0, 0, 0, 0, now, 0, 0, 0 }
end

local function write(host, proxy, entry)
  redis.call('HSET', prefix .. host, proxy, cmsgpack.pack(entry))
  redis.call('EXPIRE', prefix .. host, request.kept)
end

local function event(host, proxy)
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), proxy .. ' ' .. host)
end

-- Lists of proxies change: those that are gone from them must not stay for ever.
local function forget_one(host)
  for _, proxy in ipairs(redis.call('HRANDFIELD', prefix .. host, 2)) do
    if read(host, proxy)[5] < now - request.kept * 1000000 then
      redis.call('HDEL', prefix .. host, proxy)
    end
  end
end

local function count(entry, news)
  local factor = 0.5 ^ (math.max(0, now - entry[5]) / 1000000 / request.half_life)
  for i = 1, 4 do
    entry[i] = entry[i] * factor + news[i + 2]
  end
  local over = entry[1] / request.most
  for i = 1, 4 do
    entry[i] = over > 1 and entry[i] / over or entry[i]
  end
  entry[5] = now
end

local function rest(entry, length, left)
  local ends = now + left * 1000000
  if length == 0 then
    entry[6], entry[7], entry[8] = 0, 0, 0
  elseif ends >= entry[6] then
    entry[6], entry[7], entry[8] = ends, length, 0
  end
end

local touched = {}
for _, news in ipairs(request.news) do
  local host, proxy = news[1], news[2]
  local entry = read(host, proxy)
  count(entry, news)
  if news[7] >= 0 then
    rest(entry, news[7], news[8])
    event(host, proxy)
  end
  write(host, proxy, entry)
  touched[host] = true
end
for host in pairs(touched) do
  forget_one(host)
end

local allowed = {}
for _, due in ipairs(request.due) do
  local entry = read(due[1], due[2])
  if entry[6] <= now and entry[8] <= now then
    entry[8] = now + request.probe * 1000000
    write(due[1], due[2], entry)
    allowed[#allowed + 1] = { due[1], due[2] }
  end
end

local found = {}
for _, host in ipairs(request.hosts) do
  local all = redis.call('HGETALL', prefix .. host)
  for i = 1, #all, 2 do
    found[#found + 1] = { host, all[i], cmsgpack.unpack(all[i + 1]) }
  end
end
if request.since > 0 then
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', request.since), '+inf')) do
    local proxy, host = string.match(name, '^(%S+) (.*)$')
    found[#found + 1] = { host, proxy, read(host, proxy) }
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. string.format('%.0f', now - HOUR))
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -MOST_EVENTS - 1)
redis.call('EXPIRE', KEYS[1], request.kept)
return cmsgpack.pack({ now, found, allowed })

-- Workers say what a browser has added to pages of a template, and how they rest while they are made; and hear what the
-- others know. KEYS: one of the hosts' keys, for the slot of all. ARGV: what the names of those keys begin with; the
-- request, as msgpack.
-- Of each host a hash: template -> { at (µs), pages in a row to which nothing was added, pages whose rests were measured,
-- the longest of those (seconds) }. The template of no name has the time when the host was spoken of last.
-- Returns the time, and entries as { host, template, entry }.

local prefix, request = ARGV[1], cmsgpack.unpack(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

local touched = {}
for _, news in ipairs(request.news) do
  local host, template, gained, misses, pages, gap = unpack(news)
  local raw = redis.call('HGET', prefix .. host, template)
  local entry = raw and cmsgpack.unpack(raw) or { now, 0, 0, 0 }
  -- What was added once may be added again: those before do not count any more.
  entry = { now, (gained and 0 or entry[2]) + misses, entry[3] + pages, math.max(entry[4], gap) }
  redis.call('HSET', prefix .. host, template, cmsgpack.pack(entry))
  touched[host] = true
end
for host in pairs(touched) do
  redis.call('HSET', prefix .. host, '', cmsgpack.pack({ now }))
  make_room(prefix .. host, request.most_templates)
  redis.call('EXPIRE', prefix .. host, request.kept)
end

local found = {}
for _, asked in ipairs(request.hosts) do
  local host, since = asked[1], asked[2]
  local last = redis.call('HGET', prefix .. host, '')
  local all = last and cmsgpack.unpack(last)[1] >= since and redis.call('HGETALL', prefix .. host) or {}
  for i = 1, #all, 2 do
    local entry = cmsgpack.unpack(all[i + 1])
    if all[i] ~= '' and entry[1] >= since then
      found[#found + 1] = { host, all[i], entry }
    end
  end
end
return cmsgpack.pack({ now, found })

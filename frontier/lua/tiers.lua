-- Workers say by which tier pages of a template came, and hear what the others know. KEYS: one of the hosts' keys, for
-- the slot of all. ARGV: what the names of those keys begin with; the request, as msgpack.
-- Of each host a hash: template -> { at (µs), when a cheaper tier may be tried, how long that waits the next time (both
-- µs), { tier -> { answers, good } } }. The template of no name is the host as a whole.
-- Returns the time, entries as { host, template, entry }, and who may try a cheaper tier as { host, template }.

local prefix, request = ARGV[1], cmsgpack.unpack(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local WHOLE = ''

local function read(host, template)
  local raw = redis.call('HGET', prefix .. host, template)
  return raw and cmsgpack.unpack(raw) or { now, 0, request.wait, {} }
end

local function write(host, template, entry)
  entry[1] = now
  redis.call('HSET', prefix .. host, template, cmsgpack.pack(entry))
end

local function count(entry, tier, answers, good, anew)
  local known = entry[4][tier] or { 0, 0 }
  known[1], known[2] = known[1] + answers, known[2] + good
  if anew then
    -- A trial of a cheaper tier went well: what was known of it is over, and the next one need not wait for long.
    known, entry[2], entry[3] = { answers, good }, 0, request.wait
  end
  local over = known[1] / request.most
  if over > 1 then
    known[1], known[2] = known[1] / over, known[2] / over
  end
  entry[4][tier] = known
  if entry[2] == 0 and good < answers then
    -- From now on a dearer one is asked.
    entry[2] = now + entry[3]
  end
end

local touched = {}
for _, news in ipairs(request.news) do
  local host, template, tier, answers, good, anew = unpack(news)
  local entry = read(host, template)
  count(entry, tier, answers, good, anew)
  write(host, template, entry)
  touched[host] = true
end
for host in pairs(touched) do
  make_room(prefix .. host, request.most_templates)
  redis.call('EXPIRE', prefix .. host, request.kept)
end

local allowed = {}
for _, due in ipairs(request.due) do
  local entry = read(due[1], due[2])
  if entry[2] > 0 and entry[2] <= now then
    entry[3] = math.min(entry[3] * 2, request.longest)
    entry[2] = now + entry[3]
    write(due[1], due[2], entry)
    redis.call('EXPIRE', prefix .. due[1], request.kept)
    allowed[#allowed + 1] = { due[1], due[2] }
  end
end

local found = {}
for _, due in ipairs(request.due) do
  found[#found + 1] = { due[1], due[2], read(due[1], due[2]) }
end
for _, asked in ipairs(request.hosts) do
  local host, since = asked[1], asked[2]
  -- Whatever is said of a template is said of its host, too.
  local all = read(host, WHOLE)[1] >= since and redis.call('HGETALL', prefix .. host) or {}
  for i = 1, #all, 2 do
    local entry = cmsgpack.unpack(all[i + 1])
    if entry[1] >= since then
      found[#found + 1] = { host, all[i], entry }
    end
  end
end
return cmsgpack.pack({ now, found, allowed })

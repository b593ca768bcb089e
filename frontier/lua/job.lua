-- What every script of a job begins with: the server's time, and the job's own hash, read once and written once.
-- KEYS: the job's hash, longline:{<job>:<shard>}:meta. All other keys have the same braces, and so the same slot.
local prefix = string.sub(KEYS[1], 1, -5)

local function key(name)
  return prefix .. name
end

-- Redis would write a large number as 1.7e+15.
local function whole(number)
  return string.format('%.0f', number)
end

-- Microseconds.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

local TEXTS = {'run', 'state', 'finisher'}
local NUMBERS = {'epoch', 'limit', 'admitted', 'number', 'pending', 'kept', 'seen', 'buckets', 'dead', 'finish_by', 'moves', 'shards'}
local meta, before = {}, {}

-- False where Redis knows nothing of the job.
local function load_meta()
  local texts, numbers = redis.call('HMGET', KEYS[1], unpack(TEXTS)), redis.call('HMGET', KEYS[1], unpack(NUMBERS))
  if not texts[1] then
    return false
  end
  for i, name in ipairs(TEXTS) do
    meta[name] = texts[i] or ''
    before[name] = meta[name]
  end
  for i, name in ipairs(NUMBERS) do
    meta[name] = tonumber(numbers[i] or 0)
    before[name] = meta[name]
  end
  return true
end

local function save_meta()
  local changed = {}
  for name, value in pairs(meta) do
    if value ~= before[name] then
      changed[#changed + 1] = name
      changed[#changed + 1] = type(value) == 'number' and whole(value) or value
    end
  end
  if #changed > 0 then
    redis.call('HSET', KEYS[1], unpack(changed))
  end
end

-- Lua takes a few thousand arguments at most.
local function call_in_chunks(command, name, values)
  for first = 1, #values, 1000 do
    redis.call(command, name, unpack(values, first, math.min(first + 999, #values)))
  end
end

-- Grows with every use, also where Redis has lost what it had given out: time went on meanwhile.
local function next_number()
  meta.number = math.max(meta.number + 1, now)
  return meta.number
end

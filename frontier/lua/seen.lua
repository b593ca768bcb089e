-- What was queued before: 64-bit fingerprints in sets of integers, which Redis keeps as sorted arrays of eight bytes
-- each as long as they are small (512 by default). Linear hashing keeps them small: whenever there are LOAD more
-- fingerprints, one bucket is split. A bucket holds LOAD to 2 * LOAD on average, and so never 512 (odds of 1e-20).
local LOAD = 160
local half

local function place(fingerprint)
  -- The last fifteen digits: Lua's numbers hold them exactly, and they are as evenly spread as all digits.
  return tonumber(string.sub(fingerprint, -15))
end

local function bucket_of(fingerprint)
  local number = place(fingerprint)
  local bucket = number % (2 * half)
  if bucket >= meta.buckets then
    bucket = number % half
  end
  return key('seen:' .. whole(bucket))
end

-- The largest power of two that is not above the number of buckets.
local function measure_buckets()
  half = 1
  while half * 2 <= meta.buckets do
    half = half * 2
  end
end

local function split_bucket()
  local from, to = key('seen:' .. whole(meta.buckets - half)), key('seen:' .. whole(meta.buckets))
  local moved = {}
  for _, fingerprint in ipairs(redis.call('SMEMBERS', from)) do
    if place(fingerprint) % (2 * half) == meta.buckets then
      moved[#moved + 1] = fingerprint
    end
  end
  call_in_chunks('SREM', from, moved)
  call_in_chunks('SADD', to, moved)
  meta.buckets = meta.buckets + 1
  if meta.buckets == 2 * half then
    half = meta.buckets
  end
end

-- Whether a fingerprint was never seen; remembers it. '' is always new.
local function is_new(fingerprint)
  if fingerprint == '' then
    return true
  end
  if redis.call('SADD', bucket_of(fingerprint), fingerprint) == 0 then
    return false
  end
  meta.seen = meta.seen + 1
  if meta.seen > LOAD * meta.buckets then
    split_bucket()
  end
  return true
end

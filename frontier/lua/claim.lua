-- Take the first request of a job, and note who works on it.
-- KEYS: requests, claims, admitted. ARGV: claim, the most pages that the job may fetch (0: all).
-- Returns the entry, or nothing where there is none or the job has all its pages.
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if #first == 0 then
  return false
end
local entry, score, limit = first[1], first[2], tonumber(ARGV[2])
-- The ninth byte says whether the request becomes a page that has not been counted yet.
if string.sub(entry, 9, 9) == 'P' then
  if limit > 0 and tonumber(redis.call('GET', KEYS[3]) or '0') >= limit then
    return false
  end
  redis.call('INCR', KEYS[3])
end
redis.call('ZREM', KEYS[1], entry)
redis.call('HSET', KEYS[2], ARGV[1], score .. ' ' .. entry)
return entry

-- Money of a job that its workers spend, all in millionths. KEYS: the purse; what is held. ARGV: the budget, what is to be
-- spent, what that may cost beside at the most, what is left of what was asked for before (or what more it cost, below
-- zero), seconds for which the purse is kept, seconds for which it is held, the name of what is held; then the names of
-- what is held no longer.
-- What is held is what answers that are under way may cost beside: a sorted set, name:amount -> when it is let go. Where
-- not so much is left, one goes at a time: so a budget is overrun by one answer at the most.
-- Returns 1 where it may be spent, 0 where there is too little, -1 where there may be enough when others have come; and
-- what is spent, with what is being spent.
local spent = tonumber(redis.call('GET', KEYS[1]) or 0)
local budget, wanted, beside, back = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = tonumber(redis.call('TIME')[1])
for i = 8, #ARGV do
  redis.call('ZREM', KEYS[2], ARGV[i])
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local held = 0
for _, name in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  held = held + tonumber(string.match(name, ':(%d+)$'))
end
local granted = 0
spent = math.max(0, spent - back)
if wanted > 0 and spent + wanted <= budget then
  -- What costs nothing beside cannot overrun.
  if beside == 0 or held == 0 or spent + held + wanted + beside <= budget then
    granted = 1
    spent = spent + wanted
    if beside > 0 then
      redis.call('ZADD', KEYS[2], now + ARGV[6], ARGV[7])
      redis.call('EXPIRE', KEYS[2], ARGV[6])
    end
  else
    granted = -1
  end
end
redis.call('SET', KEYS[1], string.format('%.0f', spent), 'EX', ARGV[5])
return { granted, spent }

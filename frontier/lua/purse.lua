-- Money of a job that its workers spend. KEYS: the purse. ARGV: the budget, what is to be spent, what is left of what was
-- asked for before (or what more it cost, below zero): all in millionths; seconds for which it is kept.
-- Returns 1 where it may be spent, else 0; and what is spent, with what is being spent.
local spent = tonumber(redis.call('GET', KEYS[1]) or 0)
local budget, wanted, back = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local granted = 0
spent = math.max(0, spent - back)
if wanted > 0 and spent + wanted <= budget then
  granted = 1
  spent = spent + wanted
end
redis.call('SET', KEYS[1], string.format('%.0f', spent), 'EX', ARGV[4])
return { granted, spent }

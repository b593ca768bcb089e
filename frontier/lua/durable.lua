-- A write: WAITAOF on the same connection then speaks for all that Redis took before it. Returns which Redis it is.
-- KEYS: the job's hash.
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'synced', redis.call('TIME')[1])
end
return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')

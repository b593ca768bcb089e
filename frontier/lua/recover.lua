-- Put back what workers that are gone had claimed.
-- KEYS: requests, claims. ARGV: the workers that live. Returns how many requests came back.
local alive = {}
for _, worker in ipairs(ARGV) do
  alive[worker] = true
end
local claims, recovered = redis.call('HGETALL', KEYS[2]), 0
for i = 1, #claims, 2 do
  local claim, value = claims[i], claims[i + 1]
  local worker = string.match(claim, '^(.*)|[^|]*$')
  if not alive[worker] then
    local space = string.find(value, ' ', 1, true)
    local entry = string.sub(value, space + 1)
    -- A page was counted when it was claimed: it keeps its place.
    local flag = string.sub(entry, 9, 9)
    if flag == 'P' then
      flag = 'A'
    end
    entry = string.sub(entry, 1, 8) .. flag .. string.sub(entry, 10)
    redis.call('ZADD', KEYS[1], string.sub(value, 1, space - 1), entry)
    redis.call('HDEL', KEYS[2], claim)
    recovered = recovered + 1
  end
end
return recovered

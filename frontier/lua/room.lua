-- Sites have more templates than anybody needs: of a few by chance the oldest makes room. Of a hash: template -> msgpack
-- that begins with its time; the template of no name stays.
local function make_room(key, most)
  while redis.call('HLEN', key) > most do
    local oldest, at
    for _, template in ipairs(redis.call('HRANDFIELD', key, 8)) do
      local entry = cmsgpack.unpack(redis.call('HGET', key, template))
      if template ~= '' and (not at or entry[1] < at) then
        oldest, at = template, entry[1]
      end
    end
    if not oldest then
      return
    end
    redis.call('HDEL', key, oldest)
  end
end


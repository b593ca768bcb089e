#!lua flags=allow-oom
-- A worker asks for its share of a host's budget, which renews the share too, or gives it back.
-- KEYS: the budget. ARGV: worker, seconds that a share lasts, delay, concurrency, seconds since its last request (empty:
-- none), 1 to release, penalty, the time in seconds (empty: the server's),
-- requests under way.
-- Returns the share, then in microseconds: the delay, when to start, how long the share lasts or when to ask again.
-- The budget, as msgpack: `workers` by name; `sent`, when the last request may have left of those that hold no share any
-- more; `penalty` and `penalty_till`, what those have left behind who learned to be slow; `number`, the last that was
-- given to order workers.

-- From this delay on one worker holds the host alone: the others would but wait.
local EXCLUSIVE_DELAY = 0.05
-- With more workers than places, a place is kept for so many times `seconds`.
local TURN = 2

local worker, seconds, releases = ARGV[1], tonumber(ARGV[2]), ARGV[6] == '1'

local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) + tonumber(time[2]) / 1e6
end

local now = tonumber(ARGV[8]) or clock()

-- A clock may be set back, and a replica's may be behind: what seems to come from the future is of this moment.
local function load()
  local packed = redis.call('GET', KEYS[1])
  local host = packed and cmsgpack.unpack(packed) or { sent = 0, penalty = 0, penalty_till = 0, number = 0, workers = {} }
  host.sent = math.min(host.sent, now)
  host.penalty_till = math.min(host.penalty_till, now + math.max(seconds, host.penalty))
  for _, one in pairs(host.workers) do
    one.till = math.min(one.till, now + one.seconds)
    one.sent, one.since = math.min(one.sent, now), math.min(one.since, now)
  end
  return host
end

-- The distance to its last request outlives a worker, and so does a penalty, for as long as it asks to wait.
local function forget(host, name)
  local gone = host.workers[name]
  host.workers[name] = nil
  host.sent = math.max(host.sent, gone.sent)
  if gone.penalty > 0 then
    local till = gone.till - gone.seconds + math.max(gone.seconds, gone.penalty)
    host.penalty, host.penalty_till = math.max(host.penalty, gone.penalty), math.max(host.penalty_till, till)
  end
end

local function end_penalty(host)
  if host.penalty_till <= now then
    host.penalty = 0
  end
end

local function forget_silent(host)
  end_penalty(host)
  for name, one in pairs(host.workers) do
    if one.till <= now then
      -- It may have gone on until its share ended.
      one.sent = one.share > 0 and one.till or one.sent
      forget(host, name)
    end
  end
  end_penalty(host)
end

local function next_number(host)
  host.number = host.number + 1
  return host.number
end

local function newcomer(host)
  local number = next_number(host)
  return { share = 0, pace = 0, joined = number, queued = number, since = now, sent = 0 }
end

local function enter(host)
  local me = host.workers[worker] or newcomer(host)
  host.workers[worker] = me
  me.seconds, me.till = seconds, now + seconds
  me.delay, me.concurrency, me.penalty = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[7])
  -- More than its share, where that has become smaller.
  me.busy = tonumber(ARGV[9])
  local ago = tonumber(ARGV[5])
  me.sent = ago and math.max(me.sent, now - ago) or me.sent
  return me
end

-- The strictest of all who ask.
local function strictest(host)
  local delay, concurrency, penalty, till = 0, math.huge, host.penalty, host.penalty_till
  for _, one in pairs(host.workers) do
    delay, concurrency = math.max(delay, one.delay), math.min(concurrency, one.concurrency)
    penalty, till = math.max(penalty, one.penalty), math.max(till, one.till)
  end
  return { delay = delay + penalty, concurrency = concurrency, till = till }
end

-- What the others have, and how many of them come before me: by when they came, and among those that wait.
local function others(host, me)
  local them = { count = 0, held = 0, rate = 0, seniors = 0, waiting = 0, ahead = 0 }
  for name, one in pairs(host.workers) do
    if name ~= worker then
      them.count, them.held = them.count + 1, them.held + math.max(one.share, one.busy)
      them.seniors = them.seniors + (one.joined < me.joined and 1 or 0)
      if one.share > 0 then
        them.rate = them.rate + 1 / one.pace
      else
        them.waiting = them.waiting + 1
        them.ahead = them.ahead + (one.queued < me.queued and 1 or 0)
      end
    end
  end
  return them
end

-- Whoever holds the host keeps it until it releases it: what waits for the host here would wait elsewhere as well.
local function alone(me, them, terms)
  local mine = them.held == 0 and (me.share > 0 or them.ahead == 0)
  return mine and terms.concurrency or 0
end

-- More workers than places: when its turn is over, a worker goes behind those that wait.
local function in_turn(me, them, free)
  if me.share > 0 and now - me.since < TURN * seconds then
    return math.min(1, free)
  end
  local ahead = me.share > 0 and them.waiting or them.ahead
  return ahead < free and 1 or 0
end

local function shared(me, them, terms)
  local free, count = math.max(0, terms.concurrency - them.held), them.count + 1
  if count > terms.concurrency then
    return in_turn(me, them, free)
  end
  return math.min(math.ceil((terms.concurrency - them.seniors) / count), free)
end

-- Requests a second are shared like places: a worker gets what the others have left, if that is about its part.
local function pace_for(them, terms)
  local fair = terms.delay * math.min(them.count + 1, terms.concurrency)
  local left = 1 / terms.delay - them.rate
  if left * 2 * fair < 1 then
    return nil
  end
  return math.max(fair, 1 / left)
end

local function decide(me, them, terms)
  if terms.delay >= EXCLUSIVE_DELAY then
    return alone(me, them, terms), terms.delay
  end
  local share, pace = shared(me, them, terms), terms.delay
  if pace > 0 then
    pace = pace_for(them, terms)
  end
  return pace and share or 0, pace or terms.delay
end

local function settle(host, me, share, pace)
  if share > 0 and me.share == 0 then
    me.since = now
  elseif share == 0 and me.share > 0 then
    me.queued = next_number(host)
    -- Until it hears of it, it goes on.
    host.sent = now
  end
  me.share, me.pace = share, pace
end

local function save(host, terms)
  local rest = terms.till - now + terms.delay
  redis.call('SET', KEYS[1], cmsgpack.pack(host), 'PX', math.ceil(rest * 1000))
end

local function reply(share, delay, start_in, lasts)
  local function micros(value)
    return math.floor(value * 1e6 + 0.5)
  end
  return { share, micros(delay), micros(start_in), micros(lasts) }
end

local host = load()
forget_silent(host)
local me = enter(host)
local terms = strictest(host)
if releases then
  forget(host, worker)
  save(host, terms)
  return reply(0, terms.delay, 0, seconds / 2.5)
end
local them = others(host, me)
local share, pace = decide(me, them, terms)
settle(host, me, share, pace)
save(host, terms)
if share == 0 then
  -- Who is next asks more often.
  return reply(0, pace, 0, them.ahead == 0 and seconds / 5 or seconds / 2.5)
end
return reply(share, pace, math.max(0, host.sent + terms.delay - now), seconds)

-- For wrk: as many requests in one write as are given behind "--". wrk counts each answer.
init = function(arguments)
  requests = string.rep(wrk.format(), tonumber(arguments[1]))
end

request = function()
  return requests
end
